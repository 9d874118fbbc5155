using System.CommandLine;

namespace IntunedDashboard.Cli;

/// <summary><c>intuned completion</c>: the script by which a shell asks the program itself what can follow.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _intuned() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(intuned "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _intuned intuned
        """;

    private const string Zsh = """
        #compdef intuned
        _intuned() {
            local -a found
            found=("${(@f)$(intuned "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            if [[ -n "$found" ]]; then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _intuned intuned
        """;

    private const string Fish = """
        complete --command intuned --arguments '(intuned "[suggest:"(commandline --cursor)"]" (commandline) 2>/dev/null)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName intuned -ScriptBlock {
            param($word, $line, $position)
            intuned "[suggest:$position]" "$line" | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    private static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh, pwsh or fish." };

    public static Verb Create()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh", "fish");
        return new Verb(
            "completion",
            "Prints a script that makes a shell complete commands and options.",
            "source <(intuned completion bash)",
            "intuned completion zsh > ~/.zfunc/_intuned",
            "intuned completion pwsh | Out-String | Invoke-Expression",
            "intuned completion fish > ~/.config/fish/completions/intuned.fish")
        {
            Shell,
        }.Does((call, _) =>
        {
            Console.WriteLine(call.Get(Shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => PowerShell,
            });
            return Task.CompletedTask;
        });
    }
}

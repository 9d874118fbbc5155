using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Projects.Pages;

/// <summary>The words, signs and colours of projects and of what was found in them.</summary>
public static class ProjectVocabulary
{
    private static readonly StateTerm Deployed = new("deployed", "Deployed", Tone.Good, IconName.CheckCircle, 0);
    private static readonly StateTerm Undeployed = new("undeployed", "Undeployed", Tone.Neutral, IconName.Minus, 1);
    private static readonly StateTerm Error = new("error", "Error", Tone.Bad, IconName.CrossCircle, 0);
    private static readonly StateTerm Warning = new("warning", "Warning", Tone.Warning, IconName.Warning, 1);
    private static readonly StateTerm Info = new("info", "Note", Tone.Neutral, IconName.Info, 2);

    public static StateTerm Of(ProjectRow project) => project.IsDeployed ? Deployed : Undeployed;

    public static StateTerm Of(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Error => Error,
        DiagnosticSeverity.Warning => Warning,
        _ => Info,
    };

    public static string LanguageText(string language) => language switch
    {
        ProjectLanguages.TypeScript => "TypeScript",
        ProjectLanguages.Python => "Python",
        _ => "C#",
    };

    /// <summary>How many of what, in words that count.</summary>
    public static string CountText(DiagnosticSeverity severity, int count) =>
        $"{count} {Of(severity).Text.ToLowerInvariant()}{(count == 1 ? string.Empty : "s")}";
}

using System.Text.Json;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Projects.Building;

public sealed class TypeScriptDeploymentTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task Every_form_of_import_compiles_without_a_diagnostic_and_loads()
    {
        var project = ProjectArchive.Minimal()
            .With("tsconfig.json", """{ "compilerOptions": { "target": "ES2021", "module": "NodeNext", "moduleResolution": "NodeNext", "strict": true } }""")
            .With("api/deep/er/imports.ts", """
                import type { Shape } from "../../../utils/types";
                import { extensionless } from "../../../utils/extensionless";
                import { suffixed } from "../../../utils/suffixed.js";
                import { realSuffix } from "../../../utils/real-suffix.ts";
                import { indexed } from "../../../utils/crawler";
                import untouched, { type Unused } from "../../../utils/default";
                import legacy from "../../../utils/legacy";
                import { modern } from "../../../utils/modern.js";
                import data from "../../../data.json";
                import { Page } from "playwright";
                import * as path from "node:path";
                import fs from "fs";

                export const alsoExported = 1;

                export default async function handler(params: Shape, page: Page) {
                  const loaded = await import("../../../utils/lazy");
                  const there = fs.existsSync(path.join(__dirname, "imports.js"));
                  return [extensionless, suffixed, realSuffix, indexed, untouched, legacy.name, modern, data.value, loaded.lazy, params.name, there, process.env["HOME"] !== null];
                }
                """)
            .With("utils/types.ts", "export interface Shape { name: string }")
            .With("utils/extensionless.ts", "export const extensionless = 1;")
            .With("utils/suffixed.ts", "export const suffixed: number = 2;")
            .With("utils/real-suffix.ts", "export const realSuffix = 3;")
            .With("utils/crawler/index.ts", "export * from \"./inner\";")
            .With("utils/crawler/inner.ts", "export const indexed = 4;")
            .With("utils/default.ts", "export interface Unused { a: 1 }\nexport default 5;")
            .With("utils/legacy.js", "module.exports = { name: 6 };")
            .With("utils/modern.js", "import { extensionless } from './extensionless';\nexport const modern = extensionless + 6;")
            .With("utils/lazy.ts", "export const lazy = 9;")
            .With("data.json", """{ "value": 8 }""")
            .With("package.json", """{ "name": "imports", "type": "module", "dependencies": { "playwright": "~1.61.1", "@intuned/browser": "0.1.17" } }""");

        var (deployment, build) = await DeployAsync("imports", project);

        Assert.Equal("[]", deployment.GetProperty("diagnostics").GetRawText());
        Assert.Equal("""[1,2,3,4,5,6,7,8,9,"x",true,true]""", await CallAsync(build, "api/deep/er/imports", """{ "name": "x" }"""));
    }

    [Fact]
    public async Task Type_errors_are_reported_with_file_line_and_column_and_do_not_block()
    {
        var project = ProjectArchive.Minimal()
            .With("api/wrong.ts", "export default async function handler() {\n  const count: number = \"three\";\n  return count;\n}\n")
            .With("auth-sessions/create.ts", """
                export default async function create(params: { a: string }): AsyncGenerator<unknown, any, string> {
                }
                """);

        var (deployment, build) = await DeployAsync("type-errors", project);

        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        var wrong = deployment.Diagnostics().Single(d => d.GetProperty("file").GetString() == "api/wrong.ts");
        Assert.Equal((2, 9, "error", "TS2322"), (wrong.GetProperty("line").GetInt32(), wrong.GetProperty("column").GetInt32(), wrong.GetProperty("severity").GetString(), wrong.GetProperty("code").GetString()));
        Assert.Contains("not assignable", wrong.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(deployment.Diagnostics(), d => d.GetProperty("code").GetString() == "TS1064");
        Assert.Equal("\"three\"", await CallAsync(build, "api/wrong", "{}"));
        Assert.Equal("null", await CallAsync(build, "auth-sessions/create", "{}"));
    }

    [Fact]
    public async Task A_file_that_is_no_program_fails_the_deployment()
    {
        var (deployment, _) = await DeployAsync("syntax", ProjectArchive.Minimal().With("api/broken.ts", "export default async function handler() {\n  const count = ;\n}"));

        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        Assert.Contains(deployment.Diagnostics(), d => d.GetProperty("file").GetString() == "api/broken.ts" && d.GetProperty("line").GetInt32() == 2);
        Assert.Contains(deployment.Diagnostics(), d => d.GetProperty("code").GetString() == "compile-failed");
    }

    [Fact]
    public async Task Source_maps_name_the_projects_own_files()
    {
        var (_, build) = await DeployAsync("maps", ProjectArchive.Minimal().With(
            "api/nested/throws.ts", "interface Gone { a: string }\n\nexport default async function handler(params: Gone) {\n  throw new Error(\"at line four\");\n}\n"));

        var map = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(build, "api", "nested", "throws.js.map"))).RootElement;
        var source = Path.GetFullPath(Path.Combine(build, "api", "nested", map.GetProperty("sources")[0].GetString()!));
        Assert.Equal("api/nested/throws.ts", Path.GetRelativePath(build, source).Replace('\\', '/'));
        Assert.Contains("at line four", map.GetProperty("sourcesContent")[0].GetString(), StringComparison.Ordinal);
        var output = await NodeAsync(build, ["--enable-source-maps", "-e", "require('./api/nested/throws').default({}).catch(e => console.log(e.stack))"]);
        Assert.Contains(Path.Combine("api", "nested", "throws.ts") + ":4:9", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_projects_own_strictness_counts_and_its_places_do_not()
    {
        var elsewhere = Path.Combine(host.DataDirectory, "elsewhere");
        var project = ProjectArchive.Minimal()
            .With("tsconfig.json", $$"""
                {
                  // chosen by the project
                  "extends": "./config/base",
                  "compilerOptions": { "outDir": "{{elsewhere}}", "declaration": true, "noEmit": true, "module": "ESNext", "baseUrl": ".", "verbatimModuleSyntax": true, },
                }
                """)
            .With("config/base.json", """{ "compilerOptions": { "strict": true } }""")
            .With("api/loose.ts", "export default async (params) => params;");

        var (deployment, build) = await DeployAsync("strict", project);

        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        Assert.Equal(["TS7006"], deployment.Diagnostics().Select(d => d.GetProperty("code").GetString()));
        Assert.False(Directory.Exists(elsewhere));
        Assert.Equal("{\"a\":1}", await CallAsync(build, "api/loose", """{ "a": 1 }"""));
        var (loose, _) = await DeployAsync("not-strict", project.Without("tsconfig.json"));
        Assert.Empty(loose.Diagnostics());
    }

    [Fact]
    public async Task Type_errors_block_when_the_project_asks_for_it()
    {
        var project = ProjectArchive.Minimal()
            .With("tsconfig.json", """{ "extends": "./config/base.json" }""")
            .With("config/base.json", """{ "compilerOptions": { "noEmitOnError": true } }""");
        var (good, _) = await DeployAsync("asks", project);
        Assert.Equal("succeeded", good.GetProperty("status").GetString());

        var (bad, _) = await DeployAsync("asks", project.With("api/wrong.ts", "export default async () => { const n: number = \"one\"; return n; };"));
        Assert.Equal("failed", bad.GetProperty("status").GetString());
        Assert.Equal(
            [("api/wrong.ts", "TS2322"), ("tsconfig.json", "compile-failed")],
            bad.Diagnostics().Select(d => (d.GetProperty("file").GetString()!, d.GetProperty("code").GetString()!)));
    }

    [Fact]
    public async Task What_is_no_code_is_there_for_the_automation_and_local_secrets_are_not()
    {
        var (_, build) = await DeployAsync("files", ProjectArchive.Minimal()
            .With("assets/words.txt", "words")
            .With(".env", "SECRET=1")
            .With("node_modules/left-over/index.js", "module.exports = 1;")
            .With("auth-sessions-instances/me/auth-session.json", "{}"));

        Assert.True(File.Exists(Path.Combine(build, "assets", "words.txt")));
        Assert.False(File.Exists(Path.Combine(build, ".env")));
        Assert.False(Directory.Exists(Path.Combine(build, "node_modules")));
        Assert.False(Directory.Exists(Path.Combine(build, "auth-sessions-instances")));
    }

    [Fact]
    public async Task A_machine_without_npm_serves_projects_that_need_no_package()
    {
        await using var bare = await AppHost.StartAsync(adjust: builder => builder.Services.AddSingleton(services => new NpmInstaller(
            services.GetRequiredService<DeploymentOptions>(), services.GetRequiredService<ModuleCache>(), searchPath: string.Empty)));
        using var client = await bare.CreateApiClientAsync();
        var typed = ProjectArchive.Minimal().With("package.json", """{ "dependencies": { "playwright": "1" }, "devDependencies": { "@types/node": "^20.0.0" } }""");

        var served = await bare.DeployAsync(client, "typed", typed.Zip());
        Assert.Equal("succeeded", served.GetProperty("status").GetString());
        var told = Assert.Single(served.Diagnostics());
        Assert.Equal(("info", "npm-not-found"), (told.GetProperty("severity").GetString(), told.GetProperty("code").GetString()));
        Assert.Contains("@types/node", told.GetProperty("message").GetString(), StringComparison.Ordinal);

        var refused = await bare.DeployAsync(client, "needs-left", ProjectArchive.Minimal().With("package.json", """{ "dependencies": { "left": "1.0.0" } }""").Zip());
        Assert.Equal("failed", refused.GetProperty("status").GetString());
        Assert.Contains("The project needs left, and npm", Assert.Single(refused.Diagnostics()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "dependencies": { "evil": "file:../../../.." } }""", "package-invalid", "local path")]
    [InlineData("""{ "dependencies": { "a": "1" }, "dependencies": { } }""", "package-invalid", "not valid JSON")]
    [InlineData("""{ "dependencies": { "no-such-package-0000000000": "1.0.0" } }""", "npm-install-failed", "no-such-package-0000000000")]
    public async Task Dependencies_that_cannot_be_installed_fail_with_a_sentence(string manifest, string code, string text)
    {
        var (deployment, _) = await DeployAsync("dependencies-" + code + text.Length, ProjectArchive.Minimal().With("package.json", manifest));

        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        var fault = Assert.Single(deployment.Diagnostics());
        Assert.Equal(("package.json", code), (fault.GetProperty("file").GetString(), fault.GetProperty("code").GetString()));
        Assert.Contains(text, fault.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<(JsonElement Deployment, string Build)> DeployAsync(string name, ProjectArchive project)
    {
        using var client = await host.CreateApiClientAsync();
        var deployment = await host.DeployAsync(client, name, project.Zip());
        var found = await host.Services.GetRequiredService<ProjectQueries>().FindAsync(host.WorkspaceId, name, default);
        return (deployment, host.Services.GetRequiredService<DeploymentFiles>().Build(found!.Id, deployment.GetProperty("deploymentId").GetGuid()));
    }

    /// <summary>Calls a function as the runner does, by the path below the build folder.</summary>
    private static async Task<string> CallAsync(string build, string function, string parametersJson)
    {
        var script = $"Promise.resolve(require('./{function}').default({parametersJson})).then(r => console.log('=' + (JSON.stringify(r) ?? 'null')))";
        var output = await NodeAsync(build, ["-e", script]);
        return output.Split('\n').Single(line => line.StartsWith('='))[1..];
    }

    private static async Task<string> NodeAsync(string build, string[] arguments)
    {
        var result = await ToolProcess.RunAsync(TypeScriptToolchain.Node, arguments, build, TimeSpan.FromSeconds(30), default);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output;
    }
}

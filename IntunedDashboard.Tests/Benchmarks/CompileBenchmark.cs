using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// The compile step of a deployment of 50 files against plain <c>tsc</c> on the same files, taking turns, and how long a deployment of
/// the sample takes when it is warm.
/// </summary>
public static class CompileBenchmark
{
    private const int Files = 50;
    private const int Warm = 2;

    public static async Task RunAsync(int rounds)
    {
        using var folder = new TemporaryFolder("compile");
        var source = Path.Combine(folder.Path, "source");
        WriteProject(source);
        var ours = new List<double>();
        var plain = new List<double>();
        for (var i = 0; i < Warm + rounds; i++)
        {
            var step = await MeasureAsync(() => CompileAsync(source, Path.Combine(folder.Path, $"build-{i}")));
            var tsc = await MeasureAsync(() => RunPlainAsync(source, Path.Combine(folder.Path, $"plain-{i}")));
            if (i >= Warm)
            {
                ours.Add(step);
                plain.Add(tsc);
            }
        }

        Print($"compile step, {Files} files", ours);
        Print($"plain tsc, {Files} files", plain);
        var ratios = ours.Zip(plain, (a, b) => a / b).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"ratio, pair by pair",-28} median {ratios[ratios.Count / 2]:0.00}  worst {ratios[^1]:0.00}"));
        await DeploySampleAsync(rounds);
    }

    private static async Task DeploySampleAsync(int rounds)
    {
        await using var host = await AppHost.StartAsync();
        using var client = await host.CreateApiClientAsync();
        var sample = new ProjectArchive();
        var root = Path.Combine(SourceTree.Root, "samples", "sample-hr");
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            sample.With(Path.GetRelativePath(root, file).Replace('\\', '/'), await File.ReadAllTextAsync(file));
        }

        var times = new List<double>();
        for (var i = 0; i < Warm + rounds; i++)
        {
            var archive = sample.With("round.txt", i.ToString(CultureInfo.InvariantCulture)).Zip();
            var time = await MeasureAsync(async () =>
            {
                var deployment = await host.DeployAsync(client, "sample", archive);
                return deployment.GetProperty("status").GetString() == "succeeded";
            });
            if (i >= Warm)
            {
                times.Add(time);
            }
        }

        Print("sample, upload to deployed", times);
    }

    private static async Task<double> MeasureAsync(Func<Task<bool>> work)
    {
        var started = Stopwatch.GetTimestamp();
        if (!await work())
        {
            throw new InvalidOperationException("A round failed.");
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<bool> CompileAsync(string source, string build)
    {
        var diagnostics = new List<Diagnostic>();
        var manifest = PackageManifest.Read(source, diagnostics);
        return await new TypeScriptCompiler(new DeploymentOptions()).CompileAsync(source, build, manifest, null, diagnostics, default);
    }

    private static async Task<bool> RunPlainAsync(string source, string target)
    {
        var config = target + ".json";
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new
        {
            compilerOptions = new
            {
                strict = true,
                target = "ES2022",
                module = "commonjs",
                moduleResolution = "bundler",
                esModuleInterop = true,
                skipLibCheck = true,
                sourceMap = true,
                rootDir = source,
                outDir = target,
                types = Array.Empty<string>(),
                paths = TypeScriptToolchain.Paths,
            },
            include = new[] { Path.Combine(source, "**", "*.ts") },
        }));
        var result = await ToolProcess.RunAsync(TypeScriptToolchain.Compiler, ["-p", config], source, TimeSpan.FromMinutes(5), default);
        return result.ExitCode == 0 ? true : throw new InvalidOperationException(result.Output);
    }

    /// <summary>APIs of the usual kind: half of the files are APIs, half what they share.</summary>
    private static void WriteProject(string source)
    {
        var project = ProjectArchive.Minimal().Without("api/hello.ts")
            .With("tsconfig.json", """{ "compilerOptions": { "strict": true, "target": "ES2022", "module": "NodeNext" } }""");
        for (var i = 0; i < Files / 2; i++)
        {
            var shared = new StringBuilder($"export interface Item{i} {{ id: number; name: string; tags: string[] }}\n");
            for (var f = 0; f < 12; f++)
            {
                shared.Append(CultureInfo.InvariantCulture, $"export function pick{f}(items: Item{i}[], least: number): Item{i}[] {{\n  return items.filter(item => item.id >= least && item.tags.includes(\"t{f}\")).map(item => ({{ ...item, name: item.name.trim() }}));\n}}\n");
            }

            project.With($"utils/shared-{i}.ts", shared.ToString()).With($"api/group-{i % 5}/read-{i}.ts", $$"""
                import type { BrowserContext, Page } from "playwright";
                import { extendPayload, persistentStore } from "@intuned/runtime";
                import { goToUrl, withNetworkSettledWait } from "@intuned/browser";
                import { pick0, pick1, type Item{{i}} } from "../../utils/shared-{{i}}";
                import { pick2 } from "../../utils/shared-{{(i + 1) % (Files / 2)}}.js";

                interface Params { url: string; least?: number }

                export default async function handler(params: Params, page: Page, context: BrowserContext): Promise<Item{{i}}[]> {
                  await goToUrl({ page, url: params.url });
                  const rows = await withNetworkSettledWait(async p => p.locator("tr").all(), { page });
                  const items: Item{{i}}[] = [];
                  for (const row of rows) {
                    const [id, name] = await row.locator("td").allTextContents();
                    items.push({ id: Number(id), name, tags: ["t0", "t1"] });
                  }
                  for (const item of pick0(items, params.least ?? 0)) extendPayload({ api: "group-{{i % 5}}/read-{{i}}", parameters: { item } });
                  await persistentStore.set("seen-{{i}}", pick2(items, 1).length);
                  return pick1(items, params.least ?? 0);
                }
                """);
        }

        project.WriteTo(source);
    }

    private static void Print(string name, List<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28} median {sorted[sorted.Count / 2]:0} ms  worst {sorted[^1]:0} ms"));
    }
}

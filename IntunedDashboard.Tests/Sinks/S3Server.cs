using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>
/// A store that speaks S3: the npm package s3rver, installed once into the system's temporary folder. It knows buckets and access keys,
/// and does not check what is signed with them.
/// </summary>
public sealed partial class S3Server : IAsyncDisposable
{
    public const string Bucket = "results";

    /// <summary>The only account of the package, id and secret alike.</summary>
    public const string Key = "S3RVER";

    private const string Version = "3.7.1";
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"intuned-s3rver-{Version}-{Environment.UserName}");
    private static readonly Lazy<string?> Missing = new(Install);

    private readonly Process _process;
    private readonly TemporaryFolder _data = new("s3");

    private S3Server(Process process) => _process = process;

    /// <summary>Null when it can be started here.</summary>
    public static string? WhyNot => Missing.Value;

    public string Url { get; private set; } = string.Empty;

    public static async Task<S3Server> StartAsync()
    {
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var server = new S3Server(new Process { StartInfo = start });
        foreach (var argument in new[] { Program, "-d", server._data.Path, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", Bucket })
        {
            start.ArgumentList.Add(argument);
        }

        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        server._process.OutputDataReceived += (_, line) =>
        {
            if (Listening().Match(line.Data ?? string.Empty) is { Success: true } match)
            {
                ready.TrySetResult($"http://127.0.0.1:{match.Groups["port"].Value}");
            }
        };
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        server.Url = await ready.Task.WaitAsync(StartTime);
        return server;
    }

    public JsonObject Sink(string keyId = Key) => new()
    {
        ["type"] = "s3",
        ["bucket"] = Bucket,
        ["accessKeyId"] = keyId,
        ["secretAccessKey"] = keyId,
        ["region"] = "us-east-1",
        ["endpoint"] = Url,
        ["prefix"] = "exports/",
    };

    /// <summary>All objects of the bucket, by key, with their type and text.</summary>
    public async Task<IReadOnlyDictionary<string, (string Type, string Text)>> ReadAllAsync()
    {
        using var client = new AmazonS3Client(new BasicAWSCredentials(Key, Key), new AmazonS3Config { ServiceURL = Url, ForcePathStyle = true });
        var all = new SortedDictionary<string, (string, string)>(StringComparer.Ordinal);
        var listed = await client.ListObjectsV2Async(new() { BucketName = Bucket });
        foreach (var item in listed.S3Objects ?? [])
        {
            using var found = await client.GetObjectAsync(Bucket, item.Key);
            using var reader = new StreamReader(found.ResponseStream);
            all[item.Key] = (found.Headers.ContentType, await reader.ReadToEndAsync());
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await Eventually.TrueAsync(() => _process.HasExited);
        _process.Dispose();
        _data.Dispose();
    }

    private static string Program => Path.Combine(Folder, "node_modules", "s3rver", "bin", "s3rver.js");

    private static string? Install()
    {
        if (File.Exists(Program))
        {
            return null;
        }

        // Beside its final place, so that a broken installation is never taken for a whole one.
        var trial = $"{Folder}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(trial);
        try
        {
            var start = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", $"s3rver@{Version}"])
            {
                UseShellExecute = false,
                WorkingDirectory = trial,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            File.WriteAllText(Path.Combine(trial, "package.json"), "{}");
            using var npm = Process.Start(start)!;
            npm.OutputDataReceived += (_, _) => { };
            npm.BeginOutputReadLine();
            var errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(InstallTime))
            {
                npm.Kill(entireProcessTree: true);
                return "The npm package s3rver, a store that speaks S3, was not installed in time.";
            }

            if (npm.ExitCode != 0)
            {
                return $"The npm package s3rver, a store that speaks S3, cannot be installed: {FirstLine(errors)}";
            }

            Directory.Move(trial, Folder);
            return null;
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or IOException)
        {
            return File.Exists(Program) ? null : $"The npm package s3rver, a store that speaks S3, needs npm and Node.js: {fault.Message}";
        }
        finally
        {
            if (Directory.Exists(trial))
            {
                Directory.Delete(trial, recursive: true);
            }
        }
    }

    private static string FirstLine(Task<string> errors) => errors.GetAwaiter().GetResult().Split('\n')[0];

    [GeneratedRegex(@"listening on .*:(?<port>\d+)")]
    private static partial Regex Listening();
}

/// <summary>A test with a real store; where none can be had it is shown as skipped, with the reason.</summary>
[SuppressMessage("Design", "CA1019:Define accessors for attribute arguments", Justification = "It has none.")]
public sealed class S3FactAttribute : FactAttribute
{
    public S3FactAttribute() => Skip = S3Server.WhyNot;
}

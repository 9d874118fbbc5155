using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Projects.Building;

/// <summary>A package registry with a few packages of its own, some of them for callers with a token only.</summary>
public sealed class PackageRegistry : IAsyncLifetime
{
    public const string Token = "registry-token-42";

    private readonly ConcurrentQueue<string> _requests = [];
    private WebApplication _app = null!;

    public string Url { get; private set; } = string.Empty;

    /// <summary>What was asked for since the last call.</summary>
    public IReadOnlyList<string> TakeRequests()
    {
        var all = _requests.ToArray();
        _requests.Clear();
        return all;
    }

    public string Settings(string more = "") => $"registry={Url}/\n{more}\n";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/{name}", Describe);
        _app.MapGet("/{name}/-/{version}.tgz", (string name, string version) => Results.Bytes(Pack(name, version), "application/octet-stream"));
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    private IResult Describe(string name, HttpRequest request)
    {
        _requests.Enqueue(name);
        if (name == "private-thing" && request.Headers.Authorization != $"Bearer {Token}")
        {
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        string[] versions = name switch
        {
            "left" or "outer" or "single" => ["1.0.0", "1.1.0"],
            "private-thing" or "scripted" or "picky" or "quarrel" => ["1.0.0"],
            _ => [],
        };
        if (versions.Length == 0)
        {
            return Results.NotFound(new { error = "Not found" });
        }

        var described = new JsonObject { ["name"] = name, ["dist-tags"] = new JsonObject { ["latest"] = versions[^1] } };
        var all = new JsonObject();
        foreach (var version in versions)
        {
            var package = Manifest(name, version);
            package["dist"] = new JsonObject
            {
                ["tarball"] = $"{Url}/{name}/-/{version}.tgz",
                ["integrity"] = "sha512-" + Convert.ToBase64String(SHA512.HashData(Pack(name, version))),
            };
            all[version] = package;
        }

        described["versions"] = all;
        return Results.Text(described.ToJsonString(), "application/json");
    }

    private static JsonObject Manifest(string name, string version)
    {
        var manifest = new JsonObject { ["name"] = name, ["version"] = version, ["main"] = "index.js" };
        switch (name)
        {
            case "outer":
                manifest["dependencies"] = new JsonObject { ["left"] = "^1.0.0" };
                break;
            case "scripted":
                manifest["scripts"] = new JsonObject { ["install"] = "node -e \"require('fs').writeFileSync('ran', '1')\"" };
                manifest["hasInstallScript"] = true;
                break;
            case "picky":
                manifest["peerDependencies"] = new JsonObject { ["left"] = "1.0.0" };
                break;
            case "quarrel":
                manifest["peerDependencies"] = new JsonObject { ["left"] = "1.1.0" };
                break;
        }

        return manifest;
    }

    private static byte[] Pack(string name, string version)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            Add(tar, "package/package.json", Manifest(name, version).ToJsonString());
            Add(tar, "package/index.js", name == "outer"
                ? $"module.exports = 'outer {version} with ' + require('left');"
                : $"module.exports = '{name} {version}' + (require('fs').existsSync(__dirname + '/ran') ? ' ran' : '');");
        }

        return bytes.ToArray();
    }

    private static void Add(TarWriter tar, string path, string text) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
        ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    });
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Archives;

public sealed class HostileArchiveTests(HostileArchiveTests.LimitedHost limited) : IClassFixture<HostileArchiveTests.LimitedHost>
{
    private const int Link = 0xA1FF;
    private const int Device = 0x61B6;

    [Theory]
    [InlineData("not an archive", HttpStatusCode.BadRequest, "neither a zip nor a tar.gz")]
    [InlineData("empty", HttpStatusCode.BadRequest, "neither a zip nor a tar.gz")]
    [InlineData("empty zip", HttpStatusCode.BadRequest, "no settings file")]
    [InlineData("gzip without tar", HttpStatusCode.BadRequest, "archive")]
    [InlineData("truncated zip", HttpStatusCode.BadRequest, "broken or incomplete")]
    [InlineData("zip with damaged content", HttpStatusCode.BadRequest, "broken or incomplete")]
    [InlineData("truncated tar.gz", HttpStatusCode.BadRequest, "broken or incomplete")]
    [InlineData("zip leaving by ..", HttpStatusCode.BadRequest, "leaves it")]
    [InlineData("zip leaving by backslashes", HttpStatusCode.BadRequest, "leaves it")]
    [InlineData("tar leaving by ..", HttpStatusCode.BadRequest, "leaves it")]
    [InlineData("absolute path in zip", HttpStatusCode.BadRequest, "absolute path")]
    [InlineData("absolute path in tar", HttpStatusCode.BadRequest, "absolute path")]
    [InlineData("drive in zip", HttpStatusCode.BadRequest, "absolute path")]
    [InlineData("control character in a name", HttpStatusCode.BadRequest, "no usable file name")]
    [InlineData("symlink in zip", HttpStatusCode.BadRequest, "link or a device")]
    [InlineData("device in zip", HttpStatusCode.BadRequest, "link or a device")]
    [InlineData("symlink in tar", HttpStatusCode.BadRequest, "link or a device")]
    [InlineData("hard link in tar", HttpStatusCode.BadRequest, "link or a device")]
    [InlineData("pipe in tar", HttpStatusCode.BadRequest, "link or a device")]
    [InlineData("same file twice", HttpStatusCode.BadRequest, "twice")]
    [InlineData("file as a folder", HttpStatusCode.BadRequest, "both as a file and as a folder")]
    [InlineData("folder as a file", HttpStatusCode.BadRequest, "twice")]
    [InlineData("100,000 files", HttpStatusCode.RequestEntityTooLarge, "more than 20,000 files")]
    [InlineData("folders without end", HttpStatusCode.BadRequest, "more than 64 levels deep")]
    [InlineData("100,000 folders in a few names", HttpStatusCode.RequestEntityTooLarge, "more than 20,000 files")]
    [InlineData("zip bomb", HttpStatusCode.RequestEntityTooLarge, "times its own size")]
    [InlineData("gzip bomb", HttpStatusCode.RequestEntityTooLarge, "times its own size")]
    [InlineData("too much content", HttpStatusCode.RequestEntityTooLarge, "more than 32 MiB")]
    [InlineData("too large an upload", HttpStatusCode.RequestEntityTooLarge, "larger than 64 MiB")]
    public async Task A_hostile_archive_is_refused_and_leaves_nothing_behind(string kind, HttpStatusCode status, string sentence)
    {
        var host = limited.Host;
        using var client = await host.CreateApiClientAsync();

        using var response = await host.UploadAsync(client, "victim", Make(kind));

        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, body);
        var error = JsonDocument.Parse(body).RootElement;
        Assert.Contains(sentence, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.BadRequest ? "bad-request" : "payload-too-large", error.GetProperty("code").GetString());
        Assert.Empty(Directory.GetFiles(Path.Combine(host.DataDirectory, "projects"), "*", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(host.DataDirectory, "escaped.txt")));
        Assert.Equal(0, (await client.GetJsonAsync($"{host.WorkspacePath}/projects")).GetArrayLength());
    }

    [Fact]
    public async Task An_upload_of_unknown_length_is_cut_off_at_the_limit()
    {
        var host = limited.Host;
        using var client = await host.CreateApiClientAsync();
        using var content = new StreamContent(new EndlessStream());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.ProjectPath("victim")}/deployments") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        try
        {
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException exception)
        {
            // The server hung up on a sender that would never have listened.
            Assert.IsAssignableFrom<IOException>(exception.InnerException);
        }

        await Eventually.TrueAsync(() => Directory.GetFiles(Path.Combine(host.DataDirectory, "projects"), "*", SearchOption.AllDirectories).Length == 0);
    }

    private static byte[] Make(string kind) => kind switch
    {
        "not an archive" => Encoding.UTF8.GetBytes("<html>certainly no archive</html>"),
        "empty" => [],
        "empty zip" => new ProjectArchive().Zip(),
        "gzip without tar" => GZip(Encoding.UTF8.GetBytes("just a text")),
        "truncated zip" => ProjectArchive.Minimal().Zip()[..^40],
        "zip with damaged content" => Damage(ProjectArchive.Minimal().With("api/big.ts", RandomText(200_000)).Zip()),
        "truncated tar.gz" => Half(ProjectArchive.Minimal().With("api/big.ts", RandomText(200_000)).TarGz()),
        "zip leaving by .." => ZipWith("../../escaped.txt"),
        "zip leaving by backslashes" => ZipWith("api\\..\\..\\..\\escaped.txt"),
        "tar leaving by .." => TarWith(Entry("api/../../../escaped.txt")),
        "absolute path in zip" => ZipWith("/tmp/escaped.txt"),
        "absolute path in tar" => TarWith(Entry("/tmp/escaped.txt")),
        "drive in zip" => ZipWith("C:/escaped.txt"),
        "control character in a name" => ZipWith("api/\u0007bell.ts"),
        "symlink in zip" => ZipWith("api/link.ts", Link),
        "device in zip" => ZipWith("api/device", Device),
        "symlink in tar" => TarWith(new PaxTarEntry(TarEntryType.SymbolicLink, "api/link.ts") { LinkName = "/etc/passwd" }),
        "hard link in tar" => TarWith(new PaxTarEntry(TarEntryType.HardLink, "api/link.ts") { LinkName = "package.json" }),
        "pipe in tar" => TarWith(new PaxTarEntry(TarEntryType.Fifo, "api/pipe")),
        "same file twice" => ZipWith("api/hello.ts"),
        "file as a folder" => ZipWith("api/hello.ts/inner.ts"),
        "folder as a file" => ZipWith("api"),
        "100,000 files" => ProjectArchive.Minimal().ZipWith(zip =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                zip.CreateEntry($"files/{i}.txt", CompressionLevel.NoCompression);
            }
        }),
        "folders without end" => ZipWith(string.Concat(Enumerable.Repeat("a/", 400)) + "b"),
        "100,000 folders in a few names" => ProjectArchive.Minimal().ZipWith(zip =>
        {
            for (var i = 0; i < 1_700; i++)
            {
                zip.CreateEntry(string.Concat(Enumerable.Repeat($"{i:x}/", 60)), CompressionLevel.NoCompression);
            }
        }),
        "zip bomb" => ProjectArchive.Minimal().ZipWith(zip => Fill(zip, 30)),
        "gzip bomb" => ProjectArchive.Minimal().TarGz(string.Empty, CompressionLevel.SmallestSize, new PaxTarEntry(TarEntryType.RegularFile, "zeros")
        {
            DataStream = new MemoryStream(new byte[30 * 1024 * 1024]),
        }),
        "too much content" => ProjectArchive.Minimal().With("text.txt", RandomText(33 * 1024 * 1024)).Zip(),
        "too large an upload" => new byte[64 * 1024 * 1024 + 1],
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static byte[] ZipWith(string path, int unixMode = 0) =>
        ProjectArchive.Minimal().ZipWith(zip => ProjectArchive.Add(zip, path, "escaped", unixMode));

    private static byte[] TarWith(TarEntry entry) => ProjectArchive.Minimal().TarGz(string.Empty, CompressionLevel.Fastest, entry);

    private static PaxTarEntry Entry(string path) =>
        new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes("escaped")) };

    private static void Fill(ZipArchive zip, int mebibytes)
    {
        using var content = zip.CreateEntry("zeros").Open();
        var zeros = new byte[1024 * 1024];
        for (var i = 0; i < mebibytes; i++)
        {
            content.Write(zeros);
        }
    }

    private static byte[] GZip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    private static byte[] Half(byte[] archive) => archive[..(archive.Length / 2)];

    private static byte[] Damage(byte[] archive)
    {
        archive.AsSpan(2_000, 20_000).Clear();
        return archive;
    }

    private static string RandomText(int length)
    {
        var random = new Random(7);
        return string.Create(length, random, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)source.Next('a', 'z');
            }
        });
    }

    public sealed class LimitedHost : IAsyncLifetime
    {
        public AppHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await AppHost.StartAsync(new Dictionary<string, string>
        {
            ["Deployments:MaxUnpackedBytes"] = "33554432",
            ["Deployments:MaxUploadBytes"] = "67108864",
        });

        public Task DisposeAsync() => Host.DisposeAsync();
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Position += count;
            return Position < 200L * 1024 * 1024 ? count : 0;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

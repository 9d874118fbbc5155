using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>Services automations use: a bucket that checks signatures by itself, and a model's endpoint with prepared answers.</summary>
public sealed class FakeServices : IAsyncLifetime
{
    public const string AccessKey = "AKIDTEST";
    public const string SecretKey = "secret/of+the=bucket";
    public const string AiKey = "sk-of-the-tests-42";

    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<JsonObject> _questions = [];
    private WebApplication _app = null!;

    public string Url { get; private set; } = string.Empty;

    /// <summary>What the model says next; when there is none, that the quota is used up.</summary>
    public ConcurrentQueue<string> Answers { get; } = [];

    public IReadOnlyList<JsonObject> TakeQuestions()
    {
        var all = _questions.ToArray();
        _questions.Clear();
        return all;
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", (Delegate)CompleteAsync);
        _app.MapMethods("/s3/{**key}", ["PUT", "GET"], (Delegate)BucketAsync);
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> CompleteAsync(HttpRequest request)
    {
        var asked = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        asked["authorization"] = request.Headers.Authorization.ToString();
        _questions.Enqueue(asked);
        return Answers.TryDequeue(out var answer)
            ? Results.Json(new { choices = new[] { new { message = new { role = "assistant", content = answer } } } })
            : Results.Json(new { error = new { message = "the quota is used up" } }, statusCode: StatusCodes.Status429TooManyRequests);
    }

    private async Task<IResult> BucketAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0];
        if (!IsSigned(http.Request, path, target, body.ToArray()))
        {
            return Results.Content(
                "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match</Message></Error>",
                "application/xml",
                statusCode: StatusCodes.Status403Forbidden);
        }

        if (http.Request.Method == "PUT")
        {
            _objects[path] = body.ToArray();
            return Results.Ok();
        }

        return _objects.TryGetValue(path, out var found) ? Results.Bytes(found) : Results.NotFound();
    }

    /// <summary>AWS Signature Version 4, in a header or in the address.</summary>
    private static bool IsSigned(HttpRequest request, string path, string target, byte[] body)
    {
        var header = request.Headers.Authorization.ToString();
        var inAddress = header.Length == 0;
        var query = target.Contains('?', StringComparison.Ordinal) ? target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..] : string.Empty;
        var parts = inAddress
            ? new Dictionary<string, string>
            {
                ["Credential"] = request.Query["X-Amz-Credential"].ToString(),
                ["SignedHeaders"] = request.Query["X-Amz-SignedHeaders"].ToString(),
                ["Signature"] = request.Query["X-Amz-Signature"].ToString(),
            }
            : header["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var time = inAddress ? request.Query["X-Amz-Date"].ToString() : request.Headers["x-amz-date"].ToString();
        var hash = inAddress ? "UNSIGNED-PAYLOAD" : Hex(SHA256.HashData(body));
        var signedQuery = string.Join('&', query.Split('&').Where(p => !p.StartsWith("X-Amz-Signature=", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var names = parts["SignedHeaders"].Split(';');
        var canonical = string.Join('\n', [
            request.Method, path, signedQuery, .. names.Select(n => $"{n}:{request.Headers[n].ToString().Trim()}"), string.Empty, parts["SignedHeaders"], hash,
        ]);
        var credential = parts["Credential"].Split('/', 2);
        var text = string.Create(CultureInfo.InvariantCulture, $"AWS4-HMAC-SHA256\n{time}\n{credential[1]}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}");
        var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (var part in credential[1].Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return credential[0] == AccessKey && (inAddress || hash == request.Headers["x-amz-content-sha256"])
            && Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))) == parts["Signature"];
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

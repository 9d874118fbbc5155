using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>What a receiver got in one request.</summary>
public sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string RunId => Json["apiInfo"]!["runId"]!.GetValue<string>();

    /// <summary>Checks the signature the way a receiver would, from the specification's words and nothing of ours.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signed = Encoding.UTF8.GetBytes($"{Headers["webhook-id"]}.{Headers["webhook-timestamp"]}.{Body}");
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
        return Headers["webhook-signature"].Split(' ').Contains(expected);
    }
}

/// <summary>A server on loopback that takes whatever it is posted and answers what the test says.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private WebhookReceiver(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", url);
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    public string Url { get; private set; } = string.Empty;

    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>What each request is answered; 204 unless a test says otherwise.</summary>
    public Func<Received, HttpContext, Task> Answer { get; set; } = (_, context) => With(context, HttpStatusCode.NoContent);

    public static async Task<WebhookReceiver> StartAsync(string url = "http://127.0.0.1:0")
    {
        var receiver = new WebhookReceiver(url);
        await receiver._app.StartAsync();
        var addresses = receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        receiver.Url = addresses.Addresses.First().TrimEnd('/');
        return receiver;
    }

    public static Task With(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        return Task.CompletedTask;
    }

    public JsonObject Sink(string? secret = null) => new() { ["type"] = "webhook", ["url"] = $"{Url}/runs", ["secret"] = secret };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var received = new Received(context.Request.Path + context.Request.QueryString, headers, await reader.ReadToEndAsync());
        _received.Enqueue(received);
        await Answer(received, context);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Cli.Api;

/// <summary>Speaks REST with the server. Every refusal and every broken connection becomes a <see cref="ServerException"/>.</summary>
internal sealed class DashboardClient : IDisposable
{
    /// <summary>Longer than any answer the server holds back on purpose.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;

    public DashboardClient(Connection connection)
    {
        BaseUrl = connection.BaseUrl;
        // A redirect could carry the key to another server.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"{connection.BaseUrl.AbsoluteUri.TrimEnd('/')}/api/v1/workspace/{connection.WorkspaceId}/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Add("x-api-key", connection.ApiKey);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("intuned-cli", "1"));
    }

    public Uri BaseUrl { get; }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        await SendAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);

    /// <returns>Null when the server says 404.</returns>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, cancellationToken);
        }
        catch (ServerException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<T> SendAsync<T>(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, body);
        using var response = await SendAsync(request, AnswerTime, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    /// <summary>For calls whose answer is of no interest.</summary>
    public async Task SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, body);
        using var response = await SendAsync(request, AnswerTime, cancellationToken);
    }

    /// <summary>An upload may take as long as it takes.</summary>
    public async Task<T> UploadAsync<T>(string path, Stream content, string contentType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using var response = await SendAsync(request, Timeout.InfiniteTimeSpan, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    /// <summary>Saves an answer under the name given; a file of that name is replaced only when all of it has arrived.</summary>
    /// <param name="file">Or <c>-</c> for standard output.</param>
    public async Task DownloadAsync(string path, string file, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, AnswerTime, cancellationToken);
        if (file == "-")
        {
            await using var output = Console.OpenStandardOutput();
            await response.Content.CopyToAsync(output, cancellationToken);
            return;
        }

        var unfinished = $"{file}.part";
        try
        {
            await using (var output = File.Create(unfinished))
            {
                await response.Content.CopyToAsync(output, cancellationToken);
            }

            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpMethod method, string path, JsonNode? body) => new(method, path)
    {
        Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
    };

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        }
        catch (HttpRequestException broken)
        {
            throw ServerException.Unreachable(BaseUrl, Reason(broken));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerException.Unreachable(BaseUrl, $"no answer within {Durations.Show(limit)}");
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ServerException.ReadAsync(BaseUrl, response, cancellationToken);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync<T>(body, JsonSerializerOptions.Web, cancellationToken)
                ?? throw ServerException.NotOurs(BaseUrl, response.StatusCode);
        }
        catch (JsonException)
        {
            throw ServerException.NotOurs(BaseUrl, response.StatusCode);
        }
        catch (HttpRequestException broken)
        {
            throw ServerException.Unreachable(BaseUrl, Reason(broken));
        }
    }

    private static string Reason(HttpRequestException broken) => (broken.InnerException ?? broken).Message;
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace IntunedDashboard.Tests.Support;

/// <summary>Deploys over REST and waits for the end, as the command line does.</summary>
public static class DeploymentClient
{
    public static async Task<HttpResponseMessage> UploadAsync(this AppHost host, HttpClient client, string project, byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue(archive is [0x1F, ..] ? "application/gzip" : "application/zip");
        return await client.PostAsync($"{host.ProjectPath(project)}/deployments", content);
    }

    /// <returns>The finished deployment as REST shows it.</returns>
    public static async Task<JsonElement> DeployAsync(this AppHost host, HttpClient client, string project, byte[] archive)
    {
        using var response = await host.UploadAsync(client, project, archive);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, body);
        var id = JsonDocument.Parse(body).RootElement.GetProperty("deploymentId").GetString()!;
        return await host.WaitForDeploymentAsync(client, project, id);
    }

    public static Task<JsonElement> WaitForDeploymentAsync(this AppHost host, HttpClient client, string project, string deploymentId) =>
        Eventually.GetAsync(
            () => client.GetJsonAsync($"{host.ProjectPath(project)}/deployments/{deploymentId}"),
            deployment => deployment.GetProperty("status").GetString() is "succeeded" or "failed");

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    public static IReadOnlyList<JsonElement> Diagnostics(this JsonElement deployment) =>
        [.. deployment.GetProperty("diagnostics").EnumerateArray()];
}

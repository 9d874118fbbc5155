using System.Text.Json.Serialization;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Identity;

public static class ApiKeyApi
{
    /// <param name="workspace">The group of the workspace's addresses.</param>
    public static RouteGroupBuilder MapApiKeys(this RouteGroupBuilder workspace)
    {
        var group = workspace.MapGroup("/api-keys").RequireAuthorization(Policies.Admin).WithTags("API keys");
        group.MapGet("/", async (ApiKeyQueries queries, CancellationToken cancellationToken) =>
                TypedResults.Ok((await queries.ListAsync(cancellationToken)).Select(ApiKeyResponse.From)))
            .WithName("ListApiKeys").WithSummary("The API keys of the workspace, without their secrets.");
        group.MapPost("/", async (
                CreateApiKeyRequest request, Actor actor, ApiKeyCommands commands, CancellationToken cancellationToken) =>
            {
                var created = await commands.CreateAsync(actor, request.ToCommand(), cancellationToken);
                return TypedResults.Created((string?)null, ApiKeyResponse.From(created.Key) with { Key = created.Secret });
            })
            .WithName("CreateApiKey").WithSummary("Makes an API key. Its secret is in this answer only.");
        group.MapDelete("/{keyId}", async (string keyId, Actor actor, ApiKeyCommands commands, CancellationToken cancellationToken) =>
            {
                var id = Guid.TryParse(keyId, out var parsed) ? parsed : throw RequestException.NotFound("The API key");
                await commands.RevokeAsync(actor, id, cancellationToken);
                return TypedResults.NoContent();
            })
            .WithName("RevokeApiKey").WithSummary("Revokes an API key.");
        return group;
    }

    public sealed record CreateApiKeyRequest(string? Name, string? Role, DateTimeOffset? ExpiresAt)
    {
        public CreateApiKey ToCommand() => new(
            Name ?? string.Empty,
            Enum.GetNames<Role>().Contains(Role, StringComparer.Ordinal) ? Enum.Parse<Role>(Role!) : (Role)(-1),
            ExpiresAt);
    }

    public sealed record ApiKeyResponse(
        Guid Id,
        string Name,
        [property: JsonConverter(typeof(JsonStringEnumConverter<Role>))] Role Role,
        string Prefix,
        string CreatedBy,
        DateTimeOffset CreatedAt,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? LastUsedAt,
        string? Key = null)
    {
        public static ApiKeyResponse From(ApiKeyView key) => new(
            key.Id, key.Name, key.Role, key.Prefix, key.CreatedBy, key.CreatedAt, key.ExpiresAt, key.LastUsedAt);
    }
}

using System.Text.Json.Serialization;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Http;

/// <summary>REST of API keys. It lies here because identity is below the reading of requests.</summary>
public static class ApiKeyApi
{
    private static readonly ApiKeyResponse Example = new(
        Guid.Parse("0d9c0f4e-6f0b-4b6e-9a3e-3a1b0c6d2e55"),
        "ci",
        Role.Operator,
        "ik_4f9aB",
        "admin@example.com",
        new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
        new DateTimeOffset(2027, 1, 31, 12, 0, 0, TimeSpan.Zero),
        LastUsedAt: null);

    /// <param name="workspace">The group of the workspace's addresses.</param>
    public static RouteGroupBuilder MapApiKeys(this RouteGroupBuilder workspace)
    {
        var group = workspace.MapGroup("/api-keys").RequireAuthorization(Policies.Admin).WithTags("API keys");
        group.MapGet("/", async (ApiKeyQueries queries, CancellationToken cancellationToken) =>
                TypedResults.Ok((await queries.ListAsync(cancellationToken)).Select(ApiKeyResponse.From).ToList()))
            .WithName("ListApiKeys").WithSummary("The API keys of the workspace, without their secrets.")
            .Answers(new[] { Example });
        group.MapPost("/", async (JsonBody body, Actor actor, ApiKeyCommands commands, CancellationToken cancellationToken) =>
            {
                var created = await commands.CreateAsync(actor, Read(body), cancellationToken);
                return TypedResults.Created((string?)null, ApiKeyResponse.From(created.Key) with { Key = created.Secret });
            })
            .WithName("CreateApiKey").WithSummary("Makes an API key. Its secret is in this answer only.")
            .Takes(new CreateApiKeyRequest("ci", nameof(Role.Operator), Example.ExpiresAt))
            .Answers(Example with { Key = "ik_4f9aB..." });
        group.MapDelete("/{keyId}", async (string keyId, Actor actor, ApiKeyCommands commands, CancellationToken cancellationToken) =>
            {
                var id = Guid.TryParse(keyId, out var parsed) ? parsed : throw RequestException.NotFound("The API key");
                await commands.RevokeAsync(actor, id, cancellationToken);
                return TypedResults.NoContent();
            })
            .WithName("RevokeApiKey").WithSummary("Revokes an API key.");
        return group;
    }

    private static CreateApiKey Read(JsonBody body)
    {
        var name = body.OptionalString("name");
        var role = body.OptionalString("role");
        var expiresAt = body.Time("expiresAt");
        body.ThrowIfFaulty();
        var isRole = Enum.GetNames<Role>().Contains(role, StringComparer.Ordinal);
        return new CreateApiKey(name ?? string.Empty, isRole ? Enum.Parse<Role>(role!) : (Role)(-1), expiresAt);
    }

    public sealed record CreateApiKeyRequest(string Name, [property: OneOf(typeof(RoleNames), nameof(RoleNames.All))] string Role, DateTimeOffset? ExpiresAt);

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

    public static class RoleNames
    {
        public static IReadOnlyList<string> All { get; } = Enum.GetNames<Role>();
    }
}

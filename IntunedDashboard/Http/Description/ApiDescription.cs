using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace IntunedDashboard.Http.Description;

/// <summary>The OpenAPI 3.1 document of REST. Addresses do not change while the program runs, so it is made once.</summary>
public sealed class ApiDescription([FromKeyedServices(ApiDescription.Name)] IOpenApiDocumentProvider provider)
{
    public const string Name = "v1";

    /// <summary>Open to everybody: it says nothing about this installation.</summary>
    public const string Address = "/api/v1/openapi.json";

    private byte[]? _json;

    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        if (_json is not null)
        {
            return _json;
        }

        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        var json = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken))!.AsObject();
        DescribeSchemas.RemoveNulls(json);
        return _json = JsonSerializer.SerializeToUtf8Bytes(json);
    }

    public async ValueTask<JsonObject> ParseAsync(CancellationToken cancellationToken) =>
        JsonNode.Parse(await GetAsync(cancellationToken))!.AsObject();
}

public static class ApiDescriptionModule
{
    private const string KeyScheme = "apiKey";
    private const string CookieScheme = "cookie";

    public static void AddApiDescription(this IServiceCollection services)
    {
        services.AddSingleton<ApiDescription>();
        services.AddOpenApi(ApiDescription.Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            options.AddSchemaTransformer<DescribeSchemas>();
            options.AddOperationTransformer<DescribeOperations>();
            options.AddDocumentTransformer((document, _, _) =>
            {
                Introduce(document);
                return Task.CompletedTask;
            });
        });
    }

    public static void MapApiDescription(this IEndpointRouteBuilder app) =>
        app.MapGet(ApiDescription.Address, async (ApiDescription description, HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(await description.GetAsync(context.RequestAborted), "application/json");
            })
            .AllowAnonymous()
            .ExcludeFromDescription();

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "IntunedDashboard",
            Version = ApiDescription.Name,
            Description = "Runs, AuthSessions, Jobs, projects and deployments. Every refusal and fault has the body ApiError. "
                + "Unknown fields are ignored; fields without a value are left out of answers.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.AddComponent<IOpenApiSecurityScheme>(KeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyAuthentication.HeaderName,
            Description = "For programs. Made under API keys; it carries a role.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(CookieScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = IdentityModule.CookieName,
            Description = "For people who are signed in. Calls that change something also need the header that GET /account/antiforgery names.",
        });
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(CookieScheme, document)] = [] },
        ];
    }
}

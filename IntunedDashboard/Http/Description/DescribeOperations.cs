using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace IntunedDashboard.Http.Description;

/// <summary>Adds to each operation what its handler does not show: parameters read elsewhere, examples, errors, and the role.</summary>
public sealed partial class DescribeOperations(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    private static readonly Dictionary<string, string> PathParameters = new(StringComparer.Ordinal)
    {
        [ApiRoutes.WorkspaceParameter] = "The workspace. The page API keys shows its id.",
        [ApiRoutes.ProjectParameter] = "The project's name.",
        ["runId"] = "The Run's id, 21 characters.",
        ["attachmentId"] = "Id of a saved file.",
        ["version"] = "The number of a kept login.",
        ["operationId"] = "What starting the operation answered.",
        ["authSessionId"] = "The AuthSession's id.",
        ["deploymentId"] = "The deployment's id.",
        ["number"] = "The attempt, counted from 1.",
        ["jobId"] = "The Job's id.",
        ["jobRunId"] = "The JobRun's id.",
        ["keyId"] = "The API key's id, which is not its secret.",
        ["key"] = "The variable's name.",
    };

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        AddParameters(operation, context.Description.RelativePath ?? string.Empty, metadata.OfType<ApiQuery>());
        foreach (var file in metadata.OfType<ApiFile>())
        {
            AddFile(operation, file);
        }

        foreach (var example in metadata.OfType<ApiExample>())
        {
            AddExample(operation, example);
        }

        var role = RoleOf(metadata);
        operation.Description = $"Needs the role {role} or a higher one.";
        await AddErrorsAsync(operation, context, StatusesOf(operation, context, metadata, role), cancellationToken);
    }

    /// <summary>The highest of the policies of group and address.</summary>
    private static Role RoleOf(IEnumerable<object> metadata) => metadata.OfType<IAuthorizeData>()
        .Select(a => Enum.TryParse<Role>(a.Policy, out var role) ? role : Role.Viewer)
        .DefaultIfEmpty(Role.Viewer)
        .Max();

    private static void AddParameters(OpenApiOperation operation, string path, IEnumerable<ApiQuery> query)
    {
        var known = (operation.Parameters ?? []).OfType<OpenApiParameter>().ToDictionary(p => p.Name!, StringComparer.Ordinal);
        var all = new List<IOpenApiParameter>();
        foreach (var name in ParameterName().Matches(path).Select(m => m.Groups["name"].Value))
        {
            var parameter = known.GetValueOrDefault(name) ?? new OpenApiParameter { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            (parameter.Name, parameter.In, parameter.Required) = (name, ParameterLocation.Path, true);
            parameter.Description = PathParameters.GetValueOrDefault(name);
            if (name == ApiRoutes.WorkspaceParameter && parameter.Schema is OpenApiSchema schema)
            {
                schema.Format = "uuid";
            }

            all.Add(parameter);
        }

        all.AddRange(known.Values.Where(p => p.In == ParameterLocation.Query));
        all.AddRange(query.Select(q => new OpenApiParameter
        {
            Name = q.Name,
            In = ParameterLocation.Query,
            Description = q.Description,
            Schema = new OpenApiSchema
            {
                Type = q.Range is not null ? JsonSchemaType.Integer : q.IsFlag ? JsonSchemaType.Boolean : JsonSchemaType.String,
                Format = q.IsTime ? "date-time" : null,
                Minimum = q.Range?.Minimum.ToString(CultureInfo.InvariantCulture),
                Maximum = q.Range?.Maximum.ToString(CultureInfo.InvariantCulture),
                Default = q.Default is null ? null : JsonValue.Create(q.Default),
                Enum = q.Words.Count == 0 ? null : [.. q.Words.Select(JsonNode (w) => JsonValue.Create(w))],
            },
        }));
        operation.Parameters = all;
    }

    private static void AddFile(OpenApiOperation operation, ApiFile file)
    {
        var content = file.ContentTypes.ToDictionary(
            type => type,
            _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
            StringComparer.Ordinal);
        if (file.IsRequest)
        {
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
        }
        else
        {
            operation.Responses = new OpenApiResponses { ["200"] = new OpenApiResponse { Description = "The file.", Content = content } };
        }
    }

    private void AddExample(OpenApiOperation operation, ApiExample example)
    {
        var content = example.IsRequest
            ? (operation.RequestBody as OpenApiRequestBody)?.Content
            : (operation.Responses?.FirstOrDefault(r => r.Key is ['2', ..]).Value as OpenApiResponse)?.Content;
        if (content is not null && content.TryGetValue("application/json", out var body))
        {
            body.Examples ??= new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal);
            body.Examples[example.Name] = new OpenApiExample
            {
                Value = JsonSerializer.SerializeToNode(example.Value, example.Value.GetType(), json.Value.SerializerOptions),
            };
        }
    }

    private static SortedSet<int> StatusesOf(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, IList<object> metadata, Role role)
    {
        var statuses = new SortedSet<int>(metadata.OfType<ApiRefusals>().SelectMany(r => r.Statuses))
        {
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status404NotFound,
            StatusCodes.Status429TooManyRequests,
            StatusCodes.Status500InternalServerError,
        };
        if (role > Role.Viewer)
        {
            statuses.Add(StatusCodes.Status403Forbidden);
        }

        if (!HttpMethods.IsGet(context.Description.HttpMethod!) || operation.Parameters!.Any(p => p.In == ParameterLocation.Query))
        {
            statuses.Add(StatusCodes.Status400BadRequest);
        }

        if (operation.RequestBody is not null)
        {
            statuses.UnionWith([StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType]);
        }

        return statuses;
    }

    private async Task AddErrorsAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, IEnumerable<int> statuses, CancellationToken cancellationToken)
    {
        const string Name = nameof(ApiError);
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(Name) != true)
        {
            document.AddComponent(Name, await context.GetOrCreateSchemaAsync(typeof(ApiError), cancellationToken: cancellationToken));
        }

        operation.Responses ??= [];
        foreach (var status in statuses)
        {
            var error = ApiErrorExamples.Of(status);
            operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchemaReference(Name, document),
                        Example = JsonSerializer.SerializeToNode(error, json.Value.SerializerOptions),
                    },
                },
            };
        }
    }

    [GeneratedRegex(@"\{(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ParameterName();
}

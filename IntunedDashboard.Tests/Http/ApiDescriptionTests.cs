using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Tests.Architecture;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Http;

/// <summary>The OpenAPI document against the addresses that the running product answers at.</summary>
public sealed partial class ApiDescriptionTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task It_is_served_to_everybody_at_its_stable_address()
    {
        using var visitor = host.CreateAnonymousClient();
        using var response = await visitor.GetAsync("/api/v1/openapi.json");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.StartsWith("3.1", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("/", document["servers"]![0]!["url"]!.GetValue<string>());
        Assert.Equal("x-api-key", document["components"]!["securitySchemes"]!["apiKey"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task It_describes_every_address_and_no_other()
    {
        var described = (await OperationsAsync()).Select(o => o.Address).ToHashSet(StringComparer.Ordinal);
        var served = host.Rest().Select(a => a.ToString()).ToHashSet(StringComparer.Ordinal);
        Findings.AssertNone(served.Except(described).Select(a => $"{a} is not described")
            .Concat(described.Except(served).Select(a => $"{a} does not exist")));
    }

    [Fact]
    public async Task Every_operation_says_what_it_is_takes_and_answers()
    {
        var findings = new List<string>();
        foreach (var (address, operation) in await OperationsAsync())
        {
            findings.AddRange(Missing(address, operation, "operationId", "summary", "description", "tags"));
            var responses = operation["responses"]!.AsObject();
            findings.AddRange(new[] { "401", "404", "429", "500" }.Where(s => !responses.ContainsKey(s)).Select(s => $"{address} says nothing of {s}"));
            if (responses.Count(r => r.Key[0] == '2') != 1)
            {
                findings.Add($"{address} has not exactly one success");
            }

            foreach (var (status, response) in responses)
            {
                var content = response!["content"]?.AsObject();
                if (status != "204" && content is not { Count: > 0 })
                {
                    findings.Add($"{address} has no content for {status}");
                }

                if (content?["application/json"] is { } json && json["example"] is null && json["examples"] is null)
                {
                    findings.Add($"{address} has no example for {status}");
                }
            }
        }

        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Every_body_that_a_handler_reads_is_described_with_an_example()
    {
        var operations = (await OperationsAsync()).ToDictionary(o => o.Address, o => o.Operation, StringComparer.Ordinal);
        var findings =
            from address in host.Rest()
            where address.Endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Any(p => p.ParameterType == typeof(JsonBody)) == true
            let json = operations[address.ToString()]["requestBody"]?["content"]?["application/json"]
            where json?["schema"] is null || json["examples"] is null
            select $"{address} reads a body that is not described";
        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Every_parameter_in_an_address_is_described()
    {
        var findings =
            from operation in await OperationsAsync()
            from Match name in PathParameter().Matches(operation.Address)
            let parameter = (operation.Operation["parameters"] as JsonArray ?? [])
                .FirstOrDefault(p => p!["name"]!.GetValue<string>() == name.Groups["name"].Value && p["in"]!.GetValue<string>() == "path")
            where parameter?["schema"] is null || parameter["description"] is null
            select $"{operation.Address} does not describe {name.Value}";
        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Every_example_is_as_its_schema_says()
    {
        var document = await host.Services.GetRequiredService<ApiDescription>().ParseAsync(default);
        var shape = new JsonShape(document);
        var findings =
            from operation in await OperationsAsync()
            from body in Bodies(operation.Operation)
            from example in Examples(body.Content)
            from fault in shape.Faults(example, body.Content["schema"]!.AsObject())
            select $"{operation.Address} {body.What}: {fault}";
        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task A_field_that_can_be_left_out_is_not_described_as_null()
    {
        var document = await host.Services.GetRequiredService<ApiDescription>().ParseAsync(default);
        var result = document["components"]!["schemas"]!["RunResultWire"]!;
        Assert.Equal(["runId", "status"], result["required"]!.AsArray().Select(r => r!.GetValue<string>()));
        Assert.DoesNotContain("\"null\"", result.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(5, result["properties"]!["status"]!["enum"]!.AsArray().Count);

        // This one is always there, and null while there is none.
        Assert.Contains("\"null\"", document["components"]!["schemas"]!["ProjectResponse"]!["properties"]!["lastDeployment"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Missing(string address, JsonNode operation, params string[] names) =>
        names.Where(n => operation[n] is null).Select(n => $"{address} has no {n}");

    private static IEnumerable<(string What, JsonNode Content)> Bodies(JsonNode operation)
    {
        if (operation["requestBody"]?["content"]?["application/json"] is { } request)
        {
            yield return ("request", request);
        }

        foreach (var (status, response) in operation["responses"]!.AsObject())
        {
            if (response!["content"]?["application/json"] is { } answer)
            {
                yield return (status, answer);
            }
        }
    }

    private static IEnumerable<JsonNode?> Examples(JsonNode content) =>
        (content["examples"] as JsonObject ?? []).Select(e => e.Value!["value"])
            .Concat(content["example"] is { } one ? [one] : []);

    private async Task<List<(string Address, JsonNode Operation)>> OperationsAsync()
    {
        var document = await host.Services.GetRequiredService<ApiDescription>().ParseAsync(default);
        return (from path in document["paths"]!.AsObject()
                from method in path.Value!.AsObject()
                select ($"{method.Key.ToUpperInvariant()} {path.Key}", method.Value!)).ToList();
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex PathParameter();
}

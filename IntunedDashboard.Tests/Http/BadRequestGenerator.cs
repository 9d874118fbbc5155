using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Http;

/// <param name="Field">A field of the body that is wrong, which the refusal must name; null where the refusal may be about anything.</param>
public sealed record BadRequest(ApiAddress Address, string Method, string Path, string? ContentType, byte[]? Body, string? Key, string Why, string? Field = null);

/// <summary>
/// Makes requests that are wrong in one of many ways, and never right by chance: what would be a whole request always names something
/// that does not exist. Bodies grow from the description's own examples, so a new address is covered as soon as it is described.
/// </summary>
public sealed class BadRequestGenerator(
    Random random, JsonObject description, IReadOnlyDictionary<string, string> known, string key, string weakKey, IReadOnlyList<ApiAddress> all)
{
    private static readonly string[] Hostile =
    [
        "..", ".", "%2e%2e", "a%2Fb", "%00", "%ff%fe", "%zz", "%F0%9F%92%A3", "%E2%80%AE", "%0d%0aX-Header:%201", "'%20OR%201=1%20--", "%3Cscript%3E",
        "null", "NaN", "-1", "0", "99999999999999999999", "1e400", "%7B%7B7*7%7D%7D", "$%7Bjndi:ldap://x%7D", "CON", "C:%5Cwindows", "*", "~", ";", "a+b", "%20",
        new string('x', 3000), "%C3%A9%3F%23%25",
    ];

    /// <summary>The client resolves dots before it sends, and a project of dots would lead to the workspace's own addresses.</summary>
    private static readonly string[] Dots = ["..", ".", "%2e%2e"];

    private static readonly string[] NoJson =
    [
        "", " ", "{", "[", "\"", "{\"api\":", "{\"api\":\"x\"", "{api:1}", "{'api':'x'}", "[]", "null", "1", "\"text\"", "true", "{}{}", "{\"a\":01}", "{\"a\":.5}",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":1,\"a\":2}", "\uFEFF", "<xml/>", "{\"a\":\"\n\"}", "{\"a\":Infinity}", "//", "{\"a\":1,}",
    ];

    private static readonly string[] OtherTypes = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "image/png", "*/*"];

    private static readonly string[] OtherMethods = ["PATCH", "PUT", "POST", "DELETE", "PURGE", "OPTIONS"];

    private readonly ILookup<string, string> _methods = all.ToLookup(a => a.Pattern, a => a.Method, StringComparer.Ordinal);

    public BadRequest Make(ApiAddress address)
    {
        var example = ExampleOf(address);
        return random.Next(example is null ? 5 : 9) switch
        {
            0 => NamesNothing(address, example),
            1 => WithoutRight(address, example),
            2 => WithHostileQuery(address, example),
            3 => WithOtherMethod(address),
            4 => NamesNothing(address, example),
            5 => WithoutJson(address),
            6 => WithOtherType(address, example!),
            _ => WithWrongField(address, example!),
        };
    }

    private BadRequest NamesNothing(ApiAddress address, JsonObject? example)
    {
        var body = example is null ? null : Encoding.UTF8.GetBytes(Grown(example).ToJsonString());
        return new BadRequest(address, address.Method, Path(address, hostile: true), body is null ? null : "application/json", body, key, "names nothing");
    }

    private BadRequest WithoutRight(ApiAddress address, JsonObject? example)
    {
        string?[] keys = address.IsRead ? [null, string.Empty, "ik_" + new string('x', 40), new string('k', 4000)] : [null, "ik_nobody", weakKey];
        var body = example is null ? null : Encoding.UTF8.GetBytes(example.ToJsonString());
        return new BadRequest(address, address.Method, Path(address), body is null ? null : "application/json", body, Pick(keys), "has no right");
    }

    private BadRequest WithHostileQuery(ApiAddress address, JsonObject? example)
    {
        var names = new[] { "wait", "pageSize", "cursor", "status", "type", "from", "to", "force", "apiName", "authSessionId", "pageNumber", "sortBy", "%00", "a[b]" };
        var query = string.Join('&', Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"{Pick(names)}={Pick(Hostile)}"));
        var bad = NamesNothing(address, example);
        // Reading with a query that means nothing may well succeed.
        return bad with { Path = $"{(address.IsRead ? Path(address) : bad.Path)}?{query}", Why = "has a hostile query" };
    }

    private BadRequest WithOtherMethod(ApiAddress address)
    {
        var method = Pick(OtherMethods.Except(_methods[address.Pattern], StringComparer.Ordinal).ToArray());
        return new BadRequest(address, method, Path(address), "application/json", "{}"u8.ToArray(), key, "has another method");
    }

    private BadRequest WithoutJson(ApiAddress address)
    {
        byte[] body = random.Next(6) switch
        {
            0 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", random.Next(65, 20_000)))),
            1 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", random.Next(65, 20_000)))),
            2 => [.. "{\"a\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8],
            3 => Noise(),
            _ => Encoding.UTF8.GetBytes(Pick(NoJson)),
        };
        return new BadRequest(address, address.Method, Path(address), Pick("application/json", "application/json; charset=utf-8", "APPLICATION/JSON"), body, key, "has no JSON object");
    }

    private BadRequest WithOtherType(ApiAddress address, JsonObject example) => new(
        address, address.Method, Path(address), Pick([.. OtherTypes, null]), Encoding.UTF8.GetBytes(example.ToJsonString()), key, "has another content type");

    private BadRequest WithWrongField(ApiAddress address, JsonObject example)
    {
        var body = Grown(example);
        var schema = SchemaOf(address);
        var path = new List<string>();
        var at = body;
        while (true)
        {
            var (name, member) = Pick(schema["properties"]!.AsObject().Where(p => p.Value is JsonObject).Select(p => (p.Key, Resolve(p.Value!.AsObject()))).ToArray());
            path.Add(name);
            if (member["properties"] is JsonObject { Count: > 0 } && random.Next(3) > 0)
            {
                at[name] ??= new JsonObject();
                at = at[name]!.AsObject();
                schema = member;
                continue;
            }

            at[name] = Wrong(member);
            return new BadRequest(
                address, address.Method, Path(address), "application/json", Encoding.UTF8.GetBytes(body.ToJsonString()), key,
                $"has a wrong {string.Join('.', path)}", string.Join('.', path));
        }
    }

    private JsonNode Wrong(JsonObject schema) => schema["type"]?.ToString() switch
    {
        "string" => Pick<Func<JsonNode>>(() => 5, () => true, () => new JsonObject(), () => new JsonArray(), () => JsonNode.Parse("1e400")!)(),
        "integer" => Pick<Func<JsonNode>>(
            () => "three", () => 1.5, () => -1, () => 99_999_999_999, () => JsonNode.Parse("1e400")!, () => true, () => new JsonArray(), () => new JsonObject())(),
        "boolean" => Pick<Func<JsonNode>>(() => "yes", () => 1, () => new JsonObject(), () => new JsonArray())(),
        "array" => Pick<Func<JsonNode>>(() => "text", () => 1, () => new JsonObject(), () => true)(),
        _ => Pick<Func<JsonNode>>(() => "text", () => 1, () => true, () => new JsonArray(1, 2))(),
    };

    /// <summary>With fields that mean nothing, which must be ignored.</summary>
    private JsonObject Grown(JsonObject example)
    {
        var body = example.DeepClone().AsObject();
        for (var i = random.Next(3); i > 0; i--)
        {
            body[Pick("__proto__", "constructor", "$type", "", "a.b", "\u202e", new string('n', 500)) + i] = Pick<Func<JsonNode?>>(
                () => null, () => new string('s', 2000), () => JsonNode.Parse(new string('[', 40) + new string(']', 40)), () => JsonNode.Parse("1e999"))();
        }

        return body;
    }

    private string Path(ApiAddress address, bool hostile = false)
    {
        var names = address.Endpoint.RoutePattern.Parameters.Select(p => p.Name).ToList();
        var spoiled = hostile ? names[^1] : null;
        return address.Fill(name =>
            name == spoiled || (!address.IsRead && ExampleOf(address) is null && name is not ("workspaceId" or "projectName")) || !known.TryGetValue(name, out var value)
                ? Pick(name == "projectName" ? Hostile.Except(Dots, StringComparer.Ordinal).ToArray() : Hostile)
                : value);
    }

    private JsonObject? ExampleOf(ApiAddress address) => Json(address)?["examples"]?.AsObject().First().Value!["value"]!.AsObject();

    private JsonObject SchemaOf(ApiAddress address) => Resolve(Json(address)!["schema"]!.AsObject());

    private JsonNode? Json(ApiAddress address) =>
        description["paths"]![address.Pattern]![address.Method.ToLowerInvariant()]!["requestBody"]?["content"]?["application/json"];

    private JsonObject Resolve(JsonObject schema) => schema["$ref"]?.GetValue<string>() is { } reference
        ? description["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject()
        : schema;

    private byte[] Noise()
    {
        var bytes = new byte[random.Next(1, 4000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}

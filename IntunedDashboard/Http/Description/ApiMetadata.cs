using System.Reflection;

namespace IntunedDashboard.Http.Description;

/// <summary>The only words a string can be: given here, or by a static list of words.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute : Attribute
{
    public OneOfAttribute(params string[] words) => Words = words;

    public OneOfAttribute(Type holder, string member) => Words = (IReadOnlyList<string>)holder
        .GetProperty(member, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    public IReadOnlyList<string> Words { get; }
}

/// <summary>A request or answer as it could be. It is an object of the described type, so it cannot drift away from it.</summary>
public sealed record ApiExample(bool IsRequest, string Name, object Value);

/// <summary>A body that is no JSON.</summary>
public sealed record ApiFile(bool IsRequest, string[] ContentTypes);

/// <summary>Statuses an address answers with besides those that every address of its kind has.</summary>
public sealed record ApiRefusals(int[] Statuses);

/// <summary>A value in the query string, which handlers read through <see cref="QueryValues"/>. All of them are optional.</summary>
public sealed record ApiQuery(string Name, string Description)
{
    /// <summary>For whole numbers; inclusive.</summary>
    public (int Minimum, int Maximum)? Range { get; init; }

    public object? Default { get; init; }

    public bool IsFlag { get; init; }

    public bool IsTime { get; init; }

    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>What the description of REST needs to know of an address and cannot see in its handler.</summary>
public static class ApiMetadata
{
    /// <summary>The handler reads a <see cref="JsonBody"/> with the fields of the example's type.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder address, T example)
        where T : class =>
        address.Accepts<T>("application/json").WithMetadata(new ApiExample(IsRequest: true, "request", example));

    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder address, params string[] contentTypes) =>
        address.WithMetadata(new ApiFile(IsRequest: true, contentTypes));

    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder address, params ApiQuery[] values) => address.WithMetadata([.. values]);

    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder address, object example, string name = "answer") =>
        address.WithMetadata(new ApiExample(IsRequest: false, name, example));

    public static RouteHandlerBuilder AnswersFile(this RouteHandlerBuilder address, params string[] contentTypes) =>
        address.WithMetadata(new ApiFile(IsRequest: false, contentTypes));

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder address, params int[] statuses) =>
        address.WithMetadata(new ApiRefusals(statuses));
}

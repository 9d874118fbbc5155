using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;

namespace Intuned.Running;

/// <summary>
/// The project's assembly, loaded for one attempt, so that its statics are fresh. The deployment has written what is callable into
/// <c>functions.json</c>: by path of the source file, its type and method.
/// </summary>
internal sealed class UserCode
{
    private readonly Context _context;
    private readonly Assembly _assembly;
    private readonly Dictionary<string, Entry> _functions;

    private UserCode(string buildDirectory)
    {
        _context = new Context(buildDirectory);
        var made = Path.Combine(buildDirectory, ".intuned");
        _functions = JsonSerializer.Deserialize<Dictionary<string, Entry>>(
            File.ReadAllBytes(Path.Combine(made, "functions.json")), JsonSerializerOptions.Web)!;
        // From memory, so that no file stays open and the symbols come along.
        using var code = new MemoryStream(File.ReadAllBytes(Path.Combine(made, "project.dll")));
        using var symbols = new MemoryStream(File.ReadAllBytes(Path.Combine(made, "project.pdb")));
        _assembly = _context.LoadFromStream(code, symbols);
    }

    private sealed record Entry(string Type, string Method);

    public static UserCode Load(string buildDirectory)
    {
        try
        {
            return new UserCode(buildDirectory);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or JsonException)
        {
            throw new Failure("script-unexpected-error", $"The deployed project could not be loaded: {ErrorText.FirstLine(e)}");
        }
    }

    public bool Has(string path) => _functions.ContainsKey(path);

    public MethodInfo Find(string path) =>
        _functions.TryGetValue(path, out var entry)
        && _assembly.GetType(entry.Type)?.GetMethod(entry.Method, BindingFlags.Public | BindingFlags.Static) is { } method
            ? method
            : throw new Failure("script-unexpected-error", $"{path} is not in the deployed project.");

    /// <returns>A reference that dies when nothing of the project is alive any more.</returns>
    public WeakReference Unload()
    {
        var reference = new WeakReference(_context);
        _context.Unload();
        return reference;
    }

    /// <summary>Calls a function and waits for what it returns.</summary>
    /// <param name="find">The argument for a parameter.</param>
    public static async Task<object?> CallAsync(MethodInfo method, Func<ParameterInfo, object?> find)
    {
        var arguments = method.GetParameters().Select(find).ToArray();
        var returned = method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        var declared = method.ReturnType;
        if (declared.IsGenericType && declared.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            returned = declared.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null);
        }
        else if (returned is ValueTask bare)
        {
            await bare;
            return null;
        }

        if (returned is not Task task)
        {
            return returned;
        }

        await task;
        return declared.IsGenericType ? ResultOf(task, declared.GetGenericArguments()[0]) : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object? ResultOf(Task task, Type type) =>
        typeof(Task<>).MakeGenericType(type).GetProperty("Result")!.GetValue(task);

    /// <summary>Shares the runtime and Playwright with the runner; everything else is the project's own.</summary>
    private sealed class Context(string buildDirectory) : AssemblyLoadContext("project", isCollectible: true)
    {
        private readonly string _packages = Path.Combine(buildDirectory, ".intuned", "packages");

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var file = Path.Combine(_packages, assemblyName.Name + ".dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName)
        {
            string[] names = [unmanagedDllName, $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib", $"{unmanagedDllName}.so", $"{unmanagedDllName}.dll"];
            var file = names.Select(n => Path.Combine(_packages, n)).FirstOrDefault(File.Exists);
            return file is null ? 0 : LoadUnmanagedDllFromPath(file);
        }
    }
}

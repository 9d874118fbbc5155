using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace IntunedDashboard.Data;

/// <summary>One table that was moved.</summary>
public sealed record MovedTable(string Name, long Rows);

/// <summary>The move was given up; nothing has changed. The message is for the person at the console.</summary>
public sealed class MoveRefusedException(string message) : Exception(message);

/// <summary>
/// Copies everything of one database into another one with the same model, in one transaction, and compares both afterwards: rows and a
/// checksum of every value of each table. Both databases must have the current migrations, and nobody may write to the first meanwhile.
/// </summary>
public sealed class DatabaseMove(AppDbContext source, AppDbContext target, Action<MovedTable> report)
{
    private const int BatchSize = 500;

    private static readonly MethodInfo CopyTable = Method(nameof(CopyAsync));
    private static readonly MethodInfo SumTable = Method(nameof(SumAsync));
    private static readonly MethodInfo HasRows = Method(nameof(AnyAsync));

    /// <exception cref="MoveRefusedException">The target has data already, or what arrived is not what was sent.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var types = InOrder(source.Model);
        foreach (var type in types)
        {
            if (await Call<bool>(HasRows, type, target, cancellationToken))
            {
                throw new MoveRefusedException($"The target database is not empty: its table {type.GetTableName()} has rows. Use a new database.");
            }
        }

        await using var transaction = await target.Database.BeginTransactionAsync(cancellationToken);
        foreach (var type in types)
        {
            var rows = await Call<long>(CopyTable, type, new Sides(source, target), cancellationToken);
            await ContinueNumbersAsync(type, cancellationToken);
            var (sent, arrived) = (await Call<Sum>(SumTable, type, source, cancellationToken), await Call<Sum>(SumTable, type, target, cancellationToken));
            if (sent != arrived)
            {
                throw new MoveRefusedException(
                    $"Table {type.GetTableName()} differs after copying: {sent.Rows} rows were sent and {arrived.Rows} arrived, or their content changed.");
            }

            report(new MovedTable(type.GetTableName()!, rows));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Tables that others refer to come first.</summary>
    private static List<IEntityType> InOrder(IModel model)
    {
        var ordered = new List<IEntityType>();
        foreach (var type in model.GetEntityTypes().OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            Add(type);
        }

        return ordered;

        void Add(IEntityType type)
        {
            if (ordered.Contains(type))
            {
                return;
            }

            foreach (var principal in type.GetForeignKeys().Select(k => k.PrincipalEntityType).Where(p => p != type))
            {
                Add(principal);
            }

            ordered.Add(type);
        }
    }

    private static MethodInfo Method(string name) =>
        typeof(DatabaseMove).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic) ?? throw new MissingMethodException(name);

    private static Task<T> Call<T>(MethodInfo method, IEntityType type, object first, CancellationToken cancellationToken) =>
        (Task<T>)method.MakeGenericMethod(type.ClrType).Invoke(obj: null, [first, cancellationToken])!;

    private static Task<bool> AnyAsync<T>(AppDbContext db, CancellationToken cancellationToken)
        where T : class => db.Set<T>().AnyAsync(cancellationToken);

    private static async Task<long> CopyAsync<T>(Sides sides, CancellationToken cancellationToken)
        where T : class
    {
        var count = 0L;
        await foreach (var row in sides.Source.Set<T>().AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            sides.Target.Add(row);
            if (++count % BatchSize == 0)
            {
                await SaveAsync();
            }
        }

        await SaveAsync();
        return count;

        async Task SaveAsync()
        {
            await sides.Target.SaveChangesAsync(cancellationToken);
            sides.Target.ChangeTracker.Clear();
        }
    }

    /// <summary>Does not depend on the order of rows, which texts have differently in each engine.</summary>
    private static async Task<Sum> SumAsync<T>(AppDbContext db, CancellationToken cancellationToken)
        where T : class
    {
        var properties = db.Model.FindEntityType(typeof(T))!.GetProperties().Select(p => p.PropertyInfo
            ?? throw new InvalidOperationException($"{p.DeclaringType.DisplayName()}.{p.Name} is no property that can be compared.")).ToList();
        var sum = new Sum(0, 0);
        var text = new StringBuilder();
        await foreach (var row in db.Set<T>().AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            text.Clear();
            foreach (var property in properties)
            {
                var value = TextOf(property.GetValue(row));
                text.Append(property.Name).Append('=').Append(value?.Length ?? -1).Append(':').Append(value).Append('\n');
            }

            var hash = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
            sum = new Sum(sum.Rows + 1, unchecked(sum.Checksum + hash));
        }

        return sum;
    }

    /// <summary>As both engines keep it: PostgreSQL's times have microseconds, and its texts no U+0000.</summary>
    private static string? TextOf(object? value) => value switch
    {
        null => null,
        byte[] bytes => Convert.ToHexString(bytes),
        DateTimeOffset time => (time.UtcTicks / 10).ToString(CultureInfo.InvariantCulture),
        string text => text.Replace('\0', '\uFFFD'),
        IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>PostgreSQL's counters do not see numbers that were given.</summary>
    private async Task ContinueNumbersAsync(IEntityType type, CancellationToken cancellationToken)
    {
        if (!target.Database.IsNpgsql())
        {
            return;
        }

        var table = type.GetTableName()!;
        foreach (var property in type.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.OnAdd && (p.ClrType == typeof(long) || p.ClrType == typeof(int))))
        {
            var column = property.GetColumnName();
#pragma warning disable EF1002 // The names are those of the model.
            await target.Database.ExecuteSqlRawAsync(
                $"""SELECT setval(pg_get_serial_sequence('"{table}"', '{column}'), (SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"), false)""",
                cancellationToken);
#pragma warning restore EF1002
        }
    }

    private sealed record Sides(AppDbContext Source, AppDbContext Target);

    private sealed record Sum(long Rows, ulong Checksum);
}

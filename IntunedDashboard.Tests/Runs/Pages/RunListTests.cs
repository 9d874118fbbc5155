using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Pages;

namespace IntunedDashboard.Tests.Runs.Pages;

public sealed class RunListTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_address_holds_every_filter()
    {
        var query = new RunListAddress
        {
            Statuses = [RunStatus.Failed, RunStatus.Canceled],
            WaitsForPerson = true,
            Types = [RunType.Api],
            Api = "employees/list",
            Session = "main",
            From = Now.AddHours(-2),
            To = Now,
            Cursor = "120",
        };

        var url = query.ToUrl("hr");
        var read = Parse(url);

        Assert.Equal(
            "/projects/hr/runs?status=failed%2Ccanceled%2Cwaiting&type=api&api=employees%2Flist&session=main&from=2026-05-04T10%3A00&to=2026-05-04T12%3A00&cursor=120", url);
        Assert.Equal(url, read.ToUrl("hr"));
        Assert.Equal(query.Statuses, read.ToFilter(Now).Statuses);
        Assert.True(read.ToFilter(Now).WaitsForPerson);
        Assert.Equal(Now.AddHours(-2), read.ToFilter(Now).From);
    }

    [Fact]
    public void Nonsense_in_an_address_is_left_out()
    {
        var query = RunListAddress.Parse("exploded,failed,failed", "x", " ", null, "3y", "yesterday", null, "12;drop");

        Assert.Equal([RunStatus.Failed], query.Statuses);
        Assert.Empty(query.Types);
        Assert.Null(query.Api);
        Assert.Null(query.Since);
        Assert.Null(query.From);
        Assert.Null(query.Cursor);
    }

    [Fact]
    public void A_span_counts_from_now()
    {
        var filter = RunListAddress.Parse(null, null, null, null, "1h", null, null, null).ToFilter(Now);

        Assert.Equal(Now.AddHours(-1), filter.From);
    }

    [Fact]
    public void Changing_a_filter_starts_at_the_first_page()
    {
        var query = new RunListAddress { Cursor = "9", Statuses = [RunStatus.Failed] };

        Assert.Equal("/projects/hr/runs", query.Toggle(RunStatus.Failed).ToUrl("hr"));
        Assert.Equal("/projects/hr/runs?status=failed%2Cpending", query.Toggle(RunStatus.Pending).ToUrl("hr"));
    }

    [Fact]
    public void A_validate_run_stands_under_the_run_that_needed_it()
    {
        var lines = RunListState.Arrange([Row(5, "c"), Row(4, "v2", "b"), Row(3, "v1", "b"), Row(2, "b"), Row(1, "stray", "elsewhere")]);

        Assert.Equal(["c", "b", "v1", "v2", "stray"], lines.Select(l => l.Run.Id));
        Assert.Equal([false, false, true, true, false], lines.Select(l => l.IsNested));
    }

    [Fact]
    public async Task While_somebody_reads_rows_change_in_place_and_new_ones_are_counted()
    {
        var queries = new RunListSource { Rows = [Row(2, "b"), Row(1, "a")] };
        var state = new RunListState();
        await RefreshAsync();

        queries.Rows = [Row(4, "d"), Row(3, "c"), Row(2, "b") with { Status = RunStatus.Failed }, Row(1, "a")];
        await RefreshAsync(isReading: true);

        Assert.Equal(["b", "a"], state.Lines.Select(l => l.Run.Id));
        Assert.Equal(RunStatus.Failed, state.Lines[0].Run.Status);
        Assert.Equal("2 new", state.NewText);

        await RefreshAsync();

        Assert.Equal(["d", "c", "b", "a"], state.Lines.Select(l => l.Run.Id));
        Assert.Equal(0, state.NewCount);

        async Task RefreshAsync(bool isReading = false) => state.Apply(
            await RunListState.ReadAsync(queries, Guid.Empty, new RunFilter(), 50, null, state.Hold(isReading), default));
    }

    private static RunListAddress Parse(string url)
    {
        var query = new Microsoft.AspNetCore.Http.QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri("http://x" + url).Query));
        return RunListAddress.Parse(
            query["status"], query["type"], query["api"], query["session"], query["since"], query["from"], query["to"], query["cursor"]);
    }

    private static RunRow Row(long seq, string id, string? dependencyOf = null) => new()
    {
        Seq = seq,
        Id = id,
        Type = dependencyOf is null ? RunType.Api : RunType.Validate,
        Status = RunStatus.Completed,
        DependencyOfRunId = dependencyOf,
        CreatedAt = Now,
    };
}

using Bunit;
using IntunedDashboard.Jobs.Pages;
using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Jobs.Pages;

/// <summary>The table of items and what imports into it, as components.</summary>
public sealed class PayloadTests : BunitContext
{
    private readonly JobForm _form = new(new DeploymentManifest { Apis = ["hello", "other"] }, [], job: null);

    public PayloadTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddScoped<Toasts>();
        Services.AddScoped<CommandGuard>();
        Services.AddSingleton(TimeProvider.System);
    }

    [Fact]
    public void Items_are_shown_twenty_at_a_time()
    {
        _form.Payload.Replace(Enumerable.Range(1, 100_000).Select(n => new PayloadRow { ApiName = "hello", ParametersJson = $$"""{"n":{{n}}}""" }));
        var table = RenderTable();
        _form.Changed += (_, _) => table.Render();
        Assert.Equal(20, table.FindAll("tbody tr").Count);
        Assert.Contains("100,000 items", table.Find("h2").TextContent, StringComparison.Ordinal);

        table.Find("#payload-page").Change("5000");

        Assert.Equal("""{"n":100000}""", table.Find("[aria-label='Parameters of item 100000']").GetAttribute("value"));
        Assert.True(table.Find("[aria-label='Next page']").HasAttribute("disabled"));
        table.Find("[aria-label='Duplicate item 100000']").Click();
        Assert.Equal(100_001, _form.Payload.Rows.Count);
        Assert.Single(table.FindAll("tbody tr"));
        table.Find("[aria-label='Remove item 100001']").Click();
        Assert.Equal(20, table.FindAll("tbody tr").Count);
    }

    [Fact]
    public void Faults_of_an_item_stand_under_its_fields()
    {
        _form.Payload.Replace([new PayloadRow { ApiName = "hello" }]);
        var table = RenderTable();

        table.Find("textarea").Change("{\"a\": }");
        table.Find("[aria-label='Timeout of item 1, seconds']").Change("soon");

        Assert.Equal(2, table.FindAll(".field-fault").Count);
        Assert.Contains("Line 1, column 7", table.FindAll(".field-fault")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Must be a whole number from 1 to", table.FindAll(".field-fault")[1].TextContent, StringComparison.Ordinal);
        Assert.Equal("soon", _form.Payload.Rows[0].RequestTimeout);

        table.Find("textarea").Input("{\"a\": 1}");
        Assert.Single(table.FindAll(".field-fault"));
    }

    [Fact]
    public void A_file_is_shown_before_it_is_taken()
    {
        var sheet = Render<PayloadImportSheet>(p => p.Add(s => s.Form, _form).Add(s => s.Open, true));
        sheet.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("api,n\nhello,1\nnone,2\n,3\n", "items.csv"));

        sheet.WaitForAssertion(() => Assert.Contains("2 items can be taken. One fault was found", sheet.Find("[role=status]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Line 3: apiName: No API none is deployed.", sheet.Find(".payload-faults").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, sheet.FindAll(".payload-preview tbody tr").Count);
        Assert.Empty(_form.Payload.Rows);

        sheet.Find("select").Change("other");
        sheet.WaitForAssertion(() => Assert.Contains("other", sheet.Find(".payload-preview tbody tr:last-child").TextContent, StringComparison.Ordinal));
        sheet.Find("form").Submit();
        Assert.Equal(["hello", "other"], _form.Payload.Rows.Select(r => r.ApiName));
    }

    [Fact]
    public void A_whole_Job_can_be_taken_with_all_its_fields()
    {
        var sheet = Render<PayloadImportSheet>(p => p.Add(s => s.Form, _form).Add(s => s.Open, true));
        sheet.Find("textarea").Change(
            """{"id": "taken", "payload": [{"apiName": "other", "parameters": {}}], "configuration": {"maxConcurrentRequests": 4}, "schedule": {"intervals": [{"every": "1d"}]}}""");
        sheet.WaitForAssertion(() => Assert.Contains("Take the whole Job", sheet.Find(".dialog-foot").TextContent, StringComparison.Ordinal));

        sheet.FindAll(".dialog-foot button").Single(b => b.TextContent == "Take the whole Job").Click();

        Assert.Equal(("taken", "4", "1d"), (_form.Id, _form.MaxConcurrent, _form.Schedule.Intervals.Single()));
        Assert.Equal("other", _form.Payload.Rows.Single().ApiName);
    }

    private IRenderedComponent<PayloadTable> RenderTable() => Render<PayloadTable>(p => p.Add(t => t.Form, _form).Add(t => t.Confirm, _ => Task.FromResult(true)));
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Bunit;
using IntunedDashboard.Jobs;
using IntunedDashboard.Jobs.Pages;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Jobs.Pages;

public sealed class ScheduleBuilderTests : BunitContext
{
    /// <summary>A Friday in a leap year.</summary>
    private static readonly DateTimeOffset Now = new(2028, 2, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly JobForm _form = new(new DeploymentManifest { Apis = ["hello"] }, [], job: null);

    public ScheduleBuilderTests()
    {
        var clock = new ShiftedTime();
        clock.Set(Now);
        Services.AddSingleton<IJobQueries>(new JobQueries(null!, clock));
    }

    [Theory]
    [InlineData("9", 0, 23, "9")]
    [InlineData("9-17", 0, 23, """{"start":9,"end":17}""")]
    [InlineData("0-59/15", 0, 59, """{"start":0,"end":59,"step":15}""")]
    [InlineData("*/15", 0, 59, """{"start":0,"end":59,"step":15}""")]
    [InlineData("*", 0, 59, "\"*\"")]
    [InlineData("0, 30,40-50", 0, 59, """[0,30,{"start":40,"end":50}]""")]
    [InlineData("nine", 0, 23, "\"nine\"")]
    public void What_is_typed_becomes_the_published_form(string text, int least, int most, string expected) =>
        Assert.Equal(expected, ScheduleBuilderText.Read(text, least, most, words: null)!.ToJsonString());

    [Theory]
    [InlineData("mon-FRI", """{"start":"MONDAY","end":"FRIDAY"}""")]
    [InlineData("Sunday, wed", """["SUNDAY","WEDNESDAY"]""")]
    [InlineData("noday", "\"NODAY\"")]
    public void Days_have_names(string text, string expected) =>
        Assert.Equal(expected, ScheduleBuilderText.Read(text, 0, 6, CalendarPart.All.Single(p => p.Name == "dayOfWeek").Words)!.ToJsonString());

    [Fact]
    public void A_stored_schedule_is_the_same_after_it_was_shown()
    {
        const string stored = """
            {"jitter":"10 minutes","intervals":[{"every":"6h"},{"every":90000}],"calendars":[
              {"second":"*","minute":[0,{"start":10,"end":40,"step":10}],"hour":{"start":9,"end":17},"dayOfMonth":31,
               "month":{"start":"JANUARY","end":"DECEMBER","step":2},"dayOfWeek":["MONDAY","FRIDAY"],"year":2030,"comment":"Month end"}]}
            """;
        var form = new ScheduleBuilderForm();

        form.Take(JsonElement.Parse(stored));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stored), form.ToJson()), form.ToJson()!.ToJsonString());
    }

    [Fact]
    public void The_next_five_times_follow_what_is_typed()
    {
        var builder = Render<ScheduleBuilder>(p => p.Add(b => b.Form, _form));
        builder.Find("input[type=checkbox]").Change(true);
        Assert.Contains("every field above can be read", builder.Find(".schedule-preview").TextContent, StringComparison.Ordinal);
        Type("Every", "6h");
        Assert.Equal("Fri 25 Feb 2028, 18:00:00", builder.Find(".schedule-preview time").TextContent);
        Assert.Equal(5, builder.FindAll(".schedule-preview time").Count);

        builder.Find("[aria-label='Remove interval 1']").Click();
        Assert.Contains("never starts by itself", builder.Find(".schedule-preview").TextContent, StringComparison.Ordinal);
        Button("Add calendar").Click();
        Type("Minute", "30");
        Type("Hour", "9");
        Type("Day of month", "28-31");
        Assert.Equal(
            ["Mon 28 Feb 2028, 09:30:00", "Tue 29 Feb 2028, 09:30:00", "Tue 28 Mar 2028, 09:30:00", "Wed 29 Mar 2028, 09:30:00", "Thu 30 Mar 2028, 09:30:00"],
            builder.FindAll(".schedule-preview time").Select(t => t.TextContent));

        Type("Month", "FEBRUARY");
        Type("Day of month", "30");
        Assert.Contains("There are none", builder.Find(".schedule-preview").TextContent, StringComparison.Ordinal);

        void Type(string label, string text)
        {
            var id = builder.FindAll("label").Single(l => l.TextContent == label || l.TextContent == label + " optional").GetAttribute("for");
            builder.Find($"#{id}").Change(text);
        }

        AngleSharp.Dom.IElement Button(string text) => builder.FindAll("button").Single(b => b.TextContent.Trim() == text);
    }

    [Fact]
    public void A_fault_stands_under_its_field_and_goes_while_it_is_mended()
    {
        _form.Schedule.Take(JsonElement.Parse("""{"calendars":[{"hour":9},{"hour":[8,10]}]}"""));
        var builder = Render<ScheduleBuilder>(p => p.Add(b => b.Form, _form));
        Assert.Empty(builder.FindAll(".field-fault"));

        Hour(1).Change("8, 24");

        var fault = Assert.Single(builder.FindAll(".field-fault"));
        Assert.Contains("whole numbers from 0 to 23", fault.TextContent, StringComparison.Ordinal);
        Assert.Equal("true", Hour(1).GetAttribute("aria-invalid"));
        Assert.Equal("8, 24", Hour(1).GetAttribute("value"));
        Assert.Null(Hour(0).GetAttribute("aria-invalid"));

        Hour(1).Input("8, 23");
        Assert.Empty(builder.FindAll(".field-fault"));

        AngleSharp.Dom.IElement Hour(int calendar) =>
            builder.Find($"#{builder.FindAll("label").Where(l => l.TextContent == "Hour").ElementAt(calendar).GetAttribute("for")}");
    }
}

using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static IntunedDashboard.Tests.Jobs.JobHost;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

/// <summary>A product whose sinks may reach this machine, and a browser in front of it.</summary>
public sealed class JobFormHost : IAsyncLifetime
{
    private readonly TestBrowser _browser = new();

    public FlowHost Flow { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Flow = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["Network:AllowPrivateTargets"] = "true", ["Node:BrowserSlots"] = "4" });
        await Flow.LogInAsync();
        await _browser.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        await Flow.DisposeAsync();
    }

    public async Task<IPage> OpenAsync(string path, Role role = Role.Developer)
    {
        var page = await _browser.OpenAsync(Flow.App, role);
        page.SetDefaultTimeout(30_000);
        await page.GotoAsync($"/projects/flow{path}");
        await page.Locator(".job-form").WaitForAsync();
        return page;
    }
}

/// <summary>The form of a Job in a real browser.</summary>
public sealed class JobFormTests(JobFormHost host) : IClassFixture<JobFormHost>
{
    private const string Secret = "whsec_cGxhbnRlZC1qb2ItZm9ybS1zZWNyZXQtMTIzNDU2Nzg=";

    private FlowHost Flow => host.Flow;

    [Fact]
    public async Task A_Job_is_made_with_schedule_webhook_and_a_CSV_by_keyboard_alone_and_then_edited()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var page = await host.OpenAsync("/jobs/new");
        var keys = new Keyboard(page);

        await keys.TypeAsync(page.GetByLabel("Id", new() { Exact = true }), "by-keyboard");
        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Import" }), "Enter");
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "Import a payload" });
        var chooser = await page.RunAndWaitForFileChooserAsync(() => keys.PressAsync(sheet.GetByLabel("File"), "Enter"));
        await chooser.SetFilesAsync(new FilePayload { Name = "items.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("api,n,code\nhello,1,\"007\"\nhello,2,x\n") });
        await Expect(sheet.GetByText("2 items can be taken.")).ToBeVisibleAsync();
        await keys.PressAsync(sheet.GetByRole(AriaRole.Button, new() { Name = "Add 2 items" }), "Enter");
        await Expect(sheet).ToBeHiddenAsync();
        await Expect(page.GetByLabel("Parameters of item 1")).ToHaveValueAsync("""{"n":1,"code":"007"}""");

        await keys.PressAsync(page.GetByLabel("Start this Job by itself"), "Space");
        await keys.TypeAsync(page.GetByLabel("Every", new() { Exact = true }), "6h");
        await Expect(page.Locator(".schedule-preview time")).ToHaveCountAsync(5);
        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Add calendar" }), "Enter");
        await keys.TypeAsync(page.GetByLabel("Hour"), "9-17/4");
        await keys.TypeAsync(page.GetByLabel("Day of week"), "mon-fri");

        await keys.TypeAsync(page.GetByLabel("Results go to"), "A w");
        await keys.TypeAsync(page.GetByLabel("URL"), $"{receiver.Url}/runs");
        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Add header" }), "Enter");
        await keys.TypeAsync(page.GetByLabel("Name", new() { Exact = true }), "X-Team");
        await keys.TypeAsync(page.GetByLabel("Value", new() { Exact = true }), "planted-header");
        await keys.TypeAsync(page.GetByLabel("Secret"), Secret);
        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Test sink" }), "Enter");
        await Expect(page.GetByText("answered 204")).ToBeVisibleAsync();
        Assert.True(Assert.Single(receiver.All).IsSignedWith(Secret));
        Assert.Equal("planted-header", receiver.All[0].Headers["X-Team"]);

        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }), "Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/by-keyboard$"), new() { Timeout = 30_000 });
        await Expect(page.GetByText("Created Job by-keyboard.")).ToBeVisibleAsync();
        var job = await Flow.GetAsync("/jobs/by-keyboard");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"apiName":"hello","parameters":{"n":1,"code":"007"}},{"apiName":"hello","parameters":{"n":2,"code":"x"}}]"""), job["payload"]));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"intervals":[{"every":"6h"}],"calendars":[{"hour":{"start":9,"end":17,"step":4},"dayOfWeek":{"start":"MONDAY","end":"FRIDAY"}}]}"""), job["schedule"]));
        Assert.Equal(Session, Text(job["auth_session"]!, "id"));

        await page.GotoAsync("/projects/flow/jobs/by-keyboard/edit");
        Assert.DoesNotContain("planted-header", await page.ContentAsync(), StringComparison.Ordinal);
        await keys.TypeAsync(page.GetByLabel("Items at the same time"), "1");
        await keys.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Save" }), "Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/by-keyboard$"), new() { Timeout = 30_000 });
        var run = await Flow.JobRunAsync("by-keyboard", await Flow.TriggerAsync("by-keyboard"), "SUCCESS");
        Assert.Equal(1, run["job_configuration_snapshot"]!["configuration"]!["maxConcurrentRequests"]!.GetValue<int>());
        var delivered = await Eventually.GetAsync(() => Task.FromResult(receiver.All), all => all.Count == 3);
        Assert.All(delivered, d => Assert.True(d.IsSignedWith(Secret) && d.Headers["X-Team"] == "planted-header"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Faults_stand_under_their_fields_and_nothing_that_was_typed_is_lost()
    {
        var page = await host.OpenAsync("/jobs/new");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("no spaces");
        await Expect(page.Locator(".field-fault")).ToHaveCountAsync(0);
        await page.GetByLabel("Attempts of an item").FillAsync("many");
        await Expect(page.Locator(".field-fault")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("letters, digits, hyphens and underscores")]);

        await page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }).ClickAsync();
        await Expect(page.GetByLabel("Id", new() { Exact = true })).ToBeFocusedAsync();
        await Expect(page.Locator(".field-fault")).ToHaveCountAsync(3);
        await Expect(page.GetByText("Must have at least one item.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Attempts of an item")).ToHaveValueAsync("many");

        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("no-spaces");
        await Expect(page.Locator(".field-fault")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add item" }).ClickAsync();
        await page.GetByLabel("Parameters of item 1").FillAsync("{\"a\": 1");
        await page.GetByLabel("Attempts of an item").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }).ClickAsync();
        await Expect(page.GetByLabel("Parameters of item 1")).ToBeFocusedAsync();
        await Expect(page.Locator(".field-fault")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("^Line 1, column \\d: Something is not closed")]);
        await page.GetByLabel("Parameters of item 1").FillAsync("{\"a\": 1}");

        await Flow.CreateJobAsync(Job("taken", items: 1, Session));
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("taken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }).ClickAsync();
        await Expect(page.Locator(".field-fault")).ToHaveTextAsync(["This project has a Job taken already."]);
        await Expect(page.GetByLabel("Id", new() { Exact = true })).ToBeFocusedAsync();
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("not-taken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/not-taken$"), new() { Timeout = 30_000 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_JSON_is_the_body_of_the_request_and_what_is_changed_there_goes_into_the_form()
    {
        var wanted = Job("as-json", items: 2, Session, atOnce: 2);
        wanted["schedule"] = JsonNode.Parse("""{"calendars":[{"minute":[0,30],"hour":"*","comment":"Half hours"}],"jitter":"1m"}""");
        wanted["sink"] = new JsonObject { ["type"] = "webhook", ["url"] = "https://example.com/runs", ["headers"] = new JsonObject { ["X-Key"] = "planted-json" } };
        await Flow.CreateJobAsync(wanted);
        var page = await host.OpenAsync("/jobs/as-json/edit");
        await page.GetByRole(AriaRole.Link, new() { Name = "JSON", Exact = true }).ClickAsync();
        var text = page.GetByLabel("The Job as JSON");
        var body = JsonNode.Parse(await text.InputValueAsync())!;

        // The very text saves by REST what is stored already.
        await Flow.SendAsync(HttpMethod.Put, "/jobs/as-json", body);
        var before = await Flow.GetAsync("/jobs/as-json");

        body["payload"]!.AsArray().Add(new JsonObject { ["apiName"] = "none", ["parameters"] = new JsonObject { ["n"] = 3 } });
        body["schedule"]!["calendars"]![0]!["hour"] = 25;
        await text.FillAsync(body.ToJsonString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply to the form" }).ClickAsync();
        var faults = page.GetByRole(AriaRole.List, new() { Name = "Faults in the JSON" }).Locator("code");
        await Expect(faults).ToHaveTextAsync(["schedule.calendars[0].hour", "payload[2].apiName"]);

        await page.GetByRole(AriaRole.Link, new() { Name = "Form", Exact = true }).ClickAsync();
        await Expect(page.GetByText("is not applied to this form")).ToBeVisibleAsync();
        await Expect(page.Locator(".payload-row")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("The JSON has faults; nothing was saved.")).ToBeVisibleAsync();
        await Expect(text).ToBeFocusedAsync();

        body["payload"]![2]!["apiName"] = "hello";
        body["schedule"]!["calendars"]![0]!["hour"] = 23;
        await text.FillAsync(body.ToJsonString());

        // Leaving the text moves nothing away from under the mouse that is about to press the button below.
        await text.BlurAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Discard changes" })).ToBeEnabledAsync();
        await Expect(faults).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply to the form" }).ClickAsync();
        await Expect(page.GetByText("The form has what the JSON says.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Form", Exact = true }).ClickAsync();
        await Expect(page.Locator(".payload-row")).ToHaveCountAsync(3);
        await Expect(page.GetByLabel("Hour")).ToHaveValueAsync("23");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/as-json$"), new() { Timeout = 30_000 });

        var after = await Flow.GetAsync("/jobs/as-json");
        Assert.Equal(3, after["payload"]!.AsArray().Count);
        Assert.Equal(23, after["schedule"]!["calendars"]![0]!["hour"]!.GetValue<int>());
        Assert.Equal("Half hours", Text(after["schedule"]!["calendars"]![0]!, "comment"));
        Assert.True(JsonNode.DeepEquals(before["sink"], after["sink"]));
        Assert.True(JsonNode.DeepEquals(before["configuration"], after["configuration"]));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_hundred_thousand_items_are_imported_shown_saved_and_exported()
    {
        var file = new StringBuilder("[");
        for (var n = 0; n < 100_000; n++)
        {
            file.Append(n == 0 ? "\n" : ",\n").Append(System.Globalization.CultureInfo.InvariantCulture, $$$"""{"apiName":"hello","parameters":{"n":{{{n}}},"text":"{{{new string('x', 150)}}}"}}""");
        }

        var bytes = Encoding.UTF8.GetBytes(file.Append("\n]\n").ToString());
        Assert.InRange(bytes.Length, 19_000_000, 25_000_000);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllBytesAsync(path, bytes);
        var page = await host.OpenAsync("/jobs/new");
        page.SetDefaultTimeout(120_000);
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("hundred-thousand");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "Import a payload" });
        await sheet.GetByLabel("File").SetInputFilesAsync(path);
        await Expect(sheet.GetByText("100,000 items can be taken.")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Add 100,000 items" }).ClickAsync();
        await Expect(page.Locator(".payload-row")).ToHaveCountAsync(20);
        await page.GetByLabel("Page of the payload").FillAsync("5000");
        await page.GetByLabel("Page of the payload").PressAsync("Enter");
        await Expect(page.GetByLabel("Timeout of item 100000, seconds")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "JSON", Exact = true }).ClickAsync();
        await Expect(page.GetByText("too long to be edited as text here")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Form", Exact = true }).ClickAsync();

        await page.Locator("summary[aria-label='Export the payload']").ClickAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Items as JSON" }).ClickAsync());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await download.PathAsync()));

        await page.GetByRole(AriaRole.Button, new() { Name = "Create Job" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/hundred-thousand$"), new() { Timeout = 30_000 });
        await using (var db = await Flow.OpenDatabaseAsync())
        {
            Assert.Equal(100_000, db.Set<IntunedDashboard.Jobs.Job>().Single(j => j.Id == "hundred-thousand").PayloadCount);
        }

        File.Delete(path);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_long_text_can_be_pasted_although_one_message_could_not_carry_it()
    {
        var page = await host.OpenAsync("/jobs/new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "Import a payload" });
        await sheet.GetByLabel("Or paste it here").EvaluateAsync(
            """
            area => {
              const data = new DataTransfer();
              data.setData("text/plain", "api,text\n" + "hello,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n".repeat(60000));
              area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(sheet.GetByText("60,000 items can be taken.")).ToBeVisibleAsync();
        await sheet.GetByLabel("Or paste it here").FillAsync("api,n\nhello,1\nnone,2\n");
        await page.Keyboard.PressAsync("Tab");
        await Expect(sheet.Locator(".payload-faults")).ToContainTextAsync("Line 3: apiName: No API none is deployed.");
        await page.SetViewportSizeAsync(360, 740);
        Assert.InRange(await sheet.EvaluateAsync<int>("element => element.scrollWidth"), 0, 360);
        await Axe.AssertAccessibleAsync(page, "import");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Leaving_asks_while_something_is_not_saved()
    {
        var page = await host.OpenAsync("/jobs/new");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("half-done");
        await page.GetByLabel("Attempts of an item").FocusAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Leave without saving?" });
        await Expect(dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.GetByLabel("Id", new() { Exact = true })).ToHaveValueAsync("half-done");
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/projects/flow$"), new() { Timeout = 30_000 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_may_not_change_Jobs_sees_them_only()
    {
        await Flow.CreateJobAsync(Job("only-seen", items: 1, Session));
        var page = await host.OpenAsync("/jobs/only-seen/edit", Role.Operator);
        await Expect(page.GetByText("Only developers and admins change Jobs.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Parameters of item 1")).ToBeDisabledAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        await page.Context.CloseAsync();
    }

    [S3Fact]
    public async Task A_bucket_is_tested_saved_and_gets_the_results_and_its_keys_are_not_shown_again()
    {
        await using var server = await S3Server.StartAsync();
        await Flow.CreateJobAsync(Job("into-a-bucket", items: 1, Session));
        var page = await host.OpenAsync("/jobs/into-a-bucket/edit");
        await page.GetByLabel("Results go to").SelectOptionAsync("A bucket (S3)");
        await page.GetByLabel("Bucket", new() { Exact = true }).FillAsync(S3Server.Bucket);
        await page.GetByLabel("Region").FillAsync("us-east-1");
        await page.GetByLabel("Access key id").FillAsync("wrong-key");
        await page.GetByLabel("Secret access key").FillAsync("wrong-key");
        await page.GetByLabel("Prefix").FillAsync("form/");
        await page.GetByLabel("Endpoint").FillAsync(server.Url);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test sink" }).ClickAsync();
        await Expect(page.Locator(".job-test .note.tone-bad")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await page.GetByLabel("Access key id").FillAsync(S3Server.Key);
        await page.GetByLabel("Secret access key").FillAsync(S3Server.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test sink" }).ClickAsync();
        await Expect(page.Locator(".job-test .note.tone-good")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/jobs/into-a-bucket$"), new() { Timeout = 30_000 });

        await page.GotoAsync("/projects/flow/jobs/into-a-bucket/edit");
        await Expect(page.GetByLabel("Bucket", new() { Exact = true })).ToHaveValueAsync(S3Server.Bucket);
        await Expect(page.GetByLabel("Secret access key")).Not.ToHaveValueAsync(S3Server.Key);
        await Flow.JobRunAsync("into-a-bucket", await Flow.TriggerAsync("into-a-bucket"), "SUCCESS");
        var objects = await Eventually.GetAsync(server.ReadAllAsync, all => all.Keys.Any(k => k.StartsWith("form/flow/into-a-bucket/", StringComparison.Ordinal)));
        Assert.NotEmpty(objects);
        await page.Context.CloseAsync();
    }

    /// <summary>Goes to a control by Tab alone, as somebody without a mouse does.</summary>
    private sealed class Keyboard(IPage page)
    {
        private const int MostSteps = 200;

        public async Task PressAsync(ILocator control, string key)
        {
            await ReachAsync(control);
            await page.Keyboard.PressAsync(key);
        }

        public async Task TypeAsync(ILocator control, string text)
        {
            await ReachAsync(control);
            await page.Keyboard.TypeAsync(text);
            await page.Keyboard.PressAsync("Tab");
        }

        private async Task ReachAsync(ILocator control)
        {
            await control.WaitForAsync();
            for (var step = 0; step < MostSteps; step++)
            {
                if (await control.EvaluateAsync<bool>("element => element === document.activeElement"))
                {
                    return;
                }

                await page.Keyboard.PressAsync("Tab");
            }

            Assert.Fail($"Tab never comes to {control}.");
        }
    }
}

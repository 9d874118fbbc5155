using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>What a login leaves in one browser is there in the next.</summary>
public sealed class StateTests(EngineFixture engine, TestSite site) : IClassFixture<EngineFixture>, IClassFixture<TestSite>
{
    [Fact]
    public async Task A_login_by_form_holds_in_another_browser()
    {
        using var project = new TestProject()
            .WithFunction("auth-sessions/create", """
                await page.goto(params.url + '/login');
                await page.fill('[name=user]', 'anna');
                await page.fill('[name=password]', params.password);
                await page.click('button');
                await page.waitForURL('**/private');
                """)
            .WithFunction("auth-sessions/check", $"await page.goto('{site.Url}/private'); return page.url().endsWith('/private');");
        var parameters = JsonSerializer.Serialize(new { url = site.Url, password = TestSite.Password });

        var created = await engine.Host.RunAsync(project, "auth-sessions/create", r => r with { ParametersJson = parameters });
        created.Succeeded();
        var without = await engine.Host.RunAsync(project, "auth-sessions/check");
        var with = await engine.Host.RunAsync(project, "auth-sessions/check", r => r with { StateJson = created.State });

        Assert.Equal(ExecutionOutcome.CheckedFalse, without.Finished.Outcome);
        with.Succeeded();
        Assert.Contains(with.Events.OfType<StageCompleted>(), s => s is { Stage: "restore", Detail: "1 cookie, 0 origins" });
        Assert.Null(with.State);
    }

    [Fact]
    public async Task Every_kind_of_storage_comes_back_and_a_page_may_change_it()
    {
        // Values this short say nothing, so the result shows them; longer ones would be taken for tokens and masked.
        const string Write = """
            localStorage.setItem('token', 'local-1');
            sessionStorage.setItem('tab', 'tab-1');
            sessionStorage.setItem('own', 'from create');
            document.cookie = 'plain=plain-1';
            return new Promise((done, failed) => {
              const open = indexedDB.open('db', 1);
              open.onupgradeneeded = () => open.result.createObjectStore('things', { keyPath: 'id' });
              open.onsuccess = () => { const t = open.result.transaction('things', 'readwrite'); t.objectStore('things').put({ id: 1, name: 'thing-1' }); t.oncomplete = () => done(); };
              open.onerror = () => failed(open.error);
            });
            """;
        const string Read = """
            const thing = await new Promise((done, failed) => {
              const open = indexedDB.open('db');
              open.onsuccess = () => { const get = open.result.transaction('things').objectStore('things').get(1); get.onsuccess = () => done(get.result); };
              open.onerror = () => failed(open.error);
            });
            return { local: localStorage.getItem('token'), tab: sessionStorage.getItem('tab'), own: sessionStorage.getItem('own'), cookie: document.cookie, thing: thing.name };
            """;
        using var project = new TestProject()
            .WithFunction("auth-sessions/create", $$"""await page.goto('{{site.Url}}/storage'); await page.evaluate(async () => { {{Write}} });""")
            .WithFunction("api/read", $$"""
                await page.goto('{{site.Url}}/storage');
                const first = await page.evaluate(async () => { {{Read}} });
                await page.evaluate(() => sessionStorage.setItem('own', 'changed'));
                await page.reload();
                const second = await page.evaluate(() => sessionStorage.getItem('own'));
                return { first, second };
                """);

        var created = await engine.Host.RunAsync(project, "auth-sessions/create");
        created.Succeeded();
        var read = await engine.Host.RunAsync(project, "api/read", r => r with { StateJson = created.State });

        Assert.Equal(
            """{"first":{"local":"local-1","tab":"tab-1","own":"from create","cookie":"plain=plain-1","thing":"thing-1"},"second":"changed"}""",
            read.Succeeded());
        var state = JsonDocument.Parse(created.State!).RootElement;
        Assert.Equal("plain-1", state.GetProperty("cookies")[0].GetProperty("value").GetString());
        Assert.Equal("token", state.GetProperty("origins")[0].GetProperty("localStorage")[0].GetProperty("name").GetString());
        Assert.Equal(site.Url, state.GetProperty("sessionStorage")[0].GetProperty("origin").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restoring_asks_nothing_of_the_sites_and_leaves_a_page_that_has_shown_nothing(bool isProxied)
    {
        // Nothing listens at one of the origins, nor at the proxy: whatever went out would fail.
        var refusing = TestSite.RefusingUrl;
        var state = JsonSerializer.Serialize(new
        {
            cookies = Array.Empty<object>(),
            origins = new[]
            {
                new { origin = refusing, localStorage = new[] { new { name = "token", value = "first" } } },
                new { origin = site.Url, localStorage = new[] { new { name = "token", value = "second" } } },
            },
        });
        using var project = new TestProject().WithFunction("api/look", """
            const [url, history, pages] = [page.url(), await page.evaluate(() => history.length), context.pages().length];
            if (params.url) await page.goto(params.url + '/storage');
            const found = params.url ? await page.evaluate(() => localStorage.token) : (await context.storageState()).origins.map(o => o.localStorage[0].value).sort();
            return { url, history, pages, found };
            """);

        var attempt = await engine.Host.RunAsync(project, "api/look", r => r with
        {
            StateJson = state,
            SaveTrace = !isProxied,
            Proxy = isProxied ? new ProxySettings(TestSite.RefusingUrl, "agent", TestSite.ProxyPassword) : null,
            ParametersJson = isProxied ? "{}" : $$"""{"url":"{{site.Url}}"}""",
        });

        var found = isProxied ? """["first","second"]""" : "\"second\"";
        Assert.Equal($$"""{"url":"about:blank","history":1,"pages":1,"found":{{found}}}""", attempt.Succeeded());
        Assert.True(isProxied || !TraceText.Of(attempt.Trace!).Contains(refusing, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_create_leaves_no_state()
    {
        using var project = new TestProject().WithFunction("auth-sessions/create",
            $"await page.goto('{site.Url}/storage'); await page.evaluate(() => {{ document.cookie = 'half=done'; }}); throw new Error('refused');");

        var attempt = await engine.Host.RunAsync(project, "auth-sessions/create");

        attempt.Failed("script-execution-exception");
        Assert.Null(attempt.State);
    }

    [Fact]
    public async Task A_state_that_is_no_state_ends_the_attempt_in_a_sentence()
    {
        using var project = new TestProject().WithFunction("api/any", "return 1;");

        var attempt = await engine.Host.RunAsync(project, "api/any", r => r with { StateJson = """{"cookies":[{"name":"x"}],"origins":[]}""" });

        Assert.StartsWith("The stored state could not be restored", attempt.Failed("script-unexpected-error").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_of_the_session_are_in_no_trace_log_result_or_error()
    {
        using var project = new TestProject()
            .WithFunction("auth-sessions/create", """
                await page.goto(params.url + '/login');
                await page.fill('[name=password]', params.password);
                console.log('typed', params.password, encodeURIComponent(params.password), JSON.stringify(params), Buffer.from('x' + params.password).toString('base64'));
                process.stdout.write('now ' + params.password.slice(0, 5)); process.stdout.write(params.password.slice(5) + '\n');
                await page.evaluate(p => { console.log(p); localStorage.setItem('token', 'tok-91827364-' + 'abcdef'); document.title = p; }, params.password);
                await page.setExtraHTTPHeaders({ authorization: 'Bearer bearer-secret' + '-5566' });
                await page.goto(params.url + '/login?q=' + encodeURIComponent(params.password));
                await page.fill('[name=password]', params.password);
                await page.click('button');
                await page.waitForURL('**/private');
                """)
            .WithFunction("api/leaks", "throw new Error('the password is ' + JSON.stringify((await require('@intuned/runtime').getAuthSessionParameters()).password));");
        var parameters = JsonSerializer.Serialize(new { url = site.Url, password = TestSite.Password });
        var redactor = Redactor.For([TestSite.Password]);

        var created = await engine.Host.RunAsync(project, "auth-sessions/create",
            r => r with { ParametersJson = parameters, SaveTrace = true, Redactor = redactor });
        created.Succeeded();
        var failed = await engine.Host.RunAsync(project, "api/leaks",
            r => r with { StateJson = created.State, SessionParametersJson = parameters, SaveTrace = true, Redactor = redactor });

        Assert.Contains(TestSite.SessionCookie, created.State, StringComparison.Ordinal);
        Assert.Equal($"the password is \"{Redactor.Mask}\"", failed.Failed("script-execution-exception").Message);
        Assert.Contains($"now {Redactor.Mask}", created.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("w0rd", created.Log, StringComparison.Ordinal);
        var all = Redactor.For([TestSite.Password, TestSite.SessionCookie, "tok-91827364-abcdef", "bearer-secret-5566"]);
        var trace = TraceText.Of(created.Trace!);
        Assert.Contains("page.fill", trace, StringComparison.Ordinal);
        Assert.False(all.IsFoundIn(System.Text.Encoding.Latin1.GetBytes(trace)));
        Assert.False(all.IsFoundIn(System.Text.Encoding.Latin1.GetBytes(TraceText.Of(failed.Trace!))));
        foreach (var (name, content) in TraceText.Lines(created.Trace!))
        {
            Assert.True(TraceText.IsJson(content), $"{name}: {content}");
        }
    }

    [Fact]
    public async Task Numbers_and_names_in_a_result_lose_only_the_secret()
    {
        using var project = new TestProject().WithFunction("api/result", "return { pin: 482913, other: 1482913, text: 'PIN 482913', user: 'anna' };");

        var attempt = await engine.Host.RunAsync(project, "api/result", r => r with { Redactor = Redactor.For(["482913"]) });

        Assert.Equal($$"""{"pin":"{{Redactor.Mask}}","other":1482913,"text":"PIN {{Redactor.Mask}}","user":"anna"}""", attempt.Succeeded());
    }
}

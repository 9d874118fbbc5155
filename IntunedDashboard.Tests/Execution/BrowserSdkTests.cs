using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>The helpers of <c>@intuned/browser</c> in a real page.</summary>
public sealed class BrowserSdkTests(EngineFixture engine, FakeServices services) : IClassFixture<EngineFixture>, IClassFixture<FakeServices>
{
    [Fact]
    public async Task Pages_and_elements_become_Markdown()
    {
        var markdown = await CallAsync("""
            await page.route('**/', route => route.fulfill({ contentType: 'text/html', body: `
              <h1>The <em>title</em></h1><script>var no = 1;</script><p style="display:none">hidden</p>
              <p>One <b>bold</b> word<br>and a <a href="/next?x=1">link</a>.</p>
              <ul><li>first<ul><li>inner</li></ul></li><li>second</li></ul><ol start=3><li>three</li></ol>
              <table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann | Bo</td><td>7</td></tr></table>
              <blockquote>quoted</blockquote><pre>code  here</pre><img src="/a.png" alt="A picture">` }));
            await page.goto('http://site.test/');
            return [await browser.extractMarkdown({ source: page }), await browser.extractMarkdown({ source: page.locator('h1') })];
            """);

        Assert.Equal(
            """
            # The *title*

            One **bold** word  
            and a [link](http://site.test/next?x=1).

            - first
              - inner
            - second

            3. three

            | Name | Age |
            | --- | --- |
            | Ann \| Bo | 7 |

            > quoted

            ```
            code  here
            ```

            ![A picture](http://site.test/a.png)
            """.ReplaceLineEndings("\n"),
            markdown![0]!.GetValue<string>());
        Assert.Equal("# The *title*", markdown[1]!.GetValue<string>());
    }

    [Fact]
    public async Task Data_is_checked_against_a_schema_that_knows_attachments()
    {
        var result = await CallAsync("""
            const file = { fileName: 'a', bucket: 'b', region: 'r', key: 'k', endpoint: null, suggestedFileName: 's', fileType: 'document' };
            const snake = { file_name: 'a', bucket: 'b', region: 'r', key: 'k', suggested_file_name: 's' };
            const schema = {
              type: 'object', required: ['file', 'name', 'tags'], additionalProperties: false, $defs: { tag: { type: 'string', minLength: 2 } },
              properties: {
                file: { type: 'attachment' }, name: { type: 'string', pattern: '^[A-Z]' }, tags: { type: 'array', items: { $ref: '#/$defs/tag' }, uniqueItems: true },
                age: { type: ['integer', 'null'], minimum: 0 }, kind: { enum: ['a', 'b'] }, on: { type: 'string', format: 'date' }, either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
              },
            };
            const check = data => {
              try { return browser.validateDataUsingSchema({ data, schema }) ?? 'valid'; } catch (e) { return [e.name, ...e.errors.map(x => x.path)]; }
            };
            const good = { file, name: 'Ann', tags: ['ab', 'cd'], age: null, kind: 'a', on: '2024-02-29', either: 1 };
            return [check(good), check({ ...good, file: snake }), check({ ...good, file: { fileName: 'a' } }),
              check({ name: 'ann', file, tags: ['ab', 'x', 'ab'], age: -1, kind: 'c', on: '29/02/2024', either: null, more: 1 }), check([])];
            """);

        Assert.Equal(
            """["valid","valid",["ValidationError","file"],["ValidationError","name","tags[1]","tags","age","kind","on","either","more"],["ValidationError",""]]""",
            Sorted(result!));
    }

    [Fact]
    public async Task Dates_are_read_in_many_forms_and_times_are_dropped()
    {
        var result = await CallAsync("""
            const day = date => { const d = browser.processDate({ date }); return d && [d.getFullYear(), d.getMonth() + 1, d.getDate(), d.getHours()].join('-'); };
            return ['22/11/2024', '8/16/2019', '12/09/2024 9:00 AM', '10/23/2024 12:06 PM CST', 'November 14, 2024', '14th of March 2023', '2024-11-05T23:59:59Z',
              'Tue, 05 Nov 2024 23:30:00 GMT', '20240229', '31/31/2024', '2023-02-29', 'soon', ''].map(day);
            """);

        Assert.Equal(
            """["2024-11-22-0","2019-8-16-0","2024-12-9-0","2024-10-23-0","2024-11-14-0","2023-3-14-0","2024-11-5-0","2024-11-5-0","2024-2-29-0",null,null,null,null]""",
            result!.ToJsonString());
    }

    [Fact]
    public async Task Html_is_cleaned_and_empty_values_are_left_out()
    {
        var result = await CallAsync("""
            const html = `<div onclick="go()" style="color:red" data-long="${'x'.repeat(50)}"><!-- c --><script>1</script><style>b{}</style>Text</div>`;
            return [browser.sanitizeHtml({ html, maxAttributeLength: 20 }), browser.sanitizeHtml({ html, removeStyles: false, maxAttributeLength: 20 }),
              browser.filterEmptyValues({ data: { a: '', b: 'hello', c: null } }), browser.filterEmptyValues({ data: [1, '', null, [2, '']] }),
              browser.filterEmptyValues({ data: { users: [{ name: '' }, { name: 'John' }], zero: 0, no: false } })];
            """);

        Assert.Equal("<div>Text</div>", result![0]!.GetValue<string>());
        Assert.Equal("<div style=\"color:red\"><style>b{}</style>Text</div>", result[1]!.GetValue<string>());
        Assert.Equal("""{"b":"hello"}""", result[2]!.ToJsonString());
        Assert.Equal("[1,[2]]", result[3]!.ToJsonString());
        Assert.Equal("""{"users":[{"name":"John"}],"zero":0,"no":false}""", result[4]!.ToJsonString());
    }

    [Fact]
    public async Task Lists_are_loaded_to_their_end_with_a_heartbeat()
    {
        var result = await CallAsync("""
            await page.setContent(`<div id=list></div><button onclick="list.insertAdjacentHTML('beforeend', '<p>x</p>'); if (list.children.length === 4) this.hidden = true">More</button>`);
            let beats = 0;
            await browser.clickUntilExhausted({ page, buttonLocator: page.locator('button'), clickDelay: 0.01, heartbeat: () => { beats++; }, containerLocator: page.locator('#list') });
            const clicked = await page.locator('#list p').count();
            await page.setContent(`<button>More</button>`);
            let limited = 0;
            await browser.clickUntilExhausted({ page, buttonLocator: page.locator('button'), clickDelay: 0.01, heartbeat: () => { limited++; }, maxClicks: 3 });
            await page.setContent(`<body style="height:3000px"><script>let left = 3; onscroll = () => { if (left-- > 0) document.body.style.height = document.body.scrollHeight + 2000 + 'px'; }</script>`);
            let scrolls = 0;
            await browser.scrollToLoadContent({ source: page, delayInMs: 100, onScrollProgress: () => { scrolls++; } });
            return { clicked, beats, limited, tall: await page.evaluate(() => document.body.scrollHeight), scrolls };
            """);

        Assert.Equal((4, 3), (result!["clicked"]!.GetValue<int>(), result["limited"]!.GetValue<int>()));
        Assert.True(result["beats"]!.GetValue<int>() >= 4);
        Assert.True(result["tall"]!.GetValue<int>() >= 5000 && result["scrolls"]!.GetValue<int>() >= 2, result.ToJsonString());
    }

    [Fact]
    public async Task Addresses_are_resolved_against_a_base_a_page_or_a_link()
    {
        var result = await CallAsync("""
            await page.route('**/*', route => route.fulfill({ contentType: 'text/html', body: '<a href="?page=2"><span>next</span></a><p>none</p>' }));
            await page.goto('http://site.test:8081/list/items?page=1');
            const resolve = options => browser.resolveUrl(options).catch(e => e.message.split('\n')[0]);
            return [await resolve({ url: '../x', baseUrl: 'http://a.test/b/c/d' }), await resolve({ url: '/y', page }), await resolve({ url: 'https://b.test/z', page }),
              await resolve({ url: '?page=1', page }), await resolve({ url: page.locator('a') }), await resolve({ url: page.locator('span') }), await resolve({ url: '/y' })];
            """);

        Assert.Equal(
            """["http://a.test/b/x","http://site.test:8081/y","https://b.test/z","http://site.test:8081/?page=1","http://site.test:8081/list/items?page=2","http://site.test:8081/list/items?page=2","resolveUrl needs a baseUrl or a page."]""",
            result!.ToJsonString());
    }

    [Fact]
    public async Task Waiting_for_network_and_dom_answers_what_the_action_did_and_never_hangs()
    {
        var result = await CallAsync("""
            await page.route('**/*', async route => {
              if (route.request().url().endsWith('/never')) return;
              if (route.request().url().endsWith('/late')) await new Promise(r => setTimeout(r, 200));
              await route.fulfill({ contentType: 'text/html', body: '<h1></h1>' });
            });
            await page.goto('http://site.test/');
            const load = path => page.evaluate(p => { fetch(p).then(() => { document.querySelector('h1').textContent = 'loaded'; }); return 'started'; }, path);
            const value = await browser.withNetworkSettledWait(() => load('/late'), { page });
            const text = await page.textContent('h1');
            const open = await browser.withNetworkSettledWait(() => load('/never'), { page, timeoutInMs: 300 });
            const allowed = await browser.withNetworkSettledWait(() => load('/never'), { page, maxInflightRequests: 1, timeoutInMs: 20000 });
            const settled = await browser.waitForDomSettled({ source: page, settleDurationMs: 50 });
            await page.evaluate(() => { setInterval(() => { document.querySelector('h1').textContent += '.'; }, 10); });
            const restless = await browser.waitForDomSettled({ source: page.locator('h1'), settleDurationMs: 200, timeoutInMs: 500 });
            const wrapped = await browser.withDomSettledWait(async p => p === page, { page, timeoutInMs: 300 });
            return { value, text, open, allowed, settled, restless, wrapped };
            """);

        Assert.Equal("""{"value":"started","text":"loaded","open":"started","allowed":"started","settled":true,"restless":false,"wrapped":true}""", result!.ToJsonString());
    }

    [Fact]
    public async Task A_missing_site_is_tried_again_and_then_reported()
    {
        var result = await CallAsync("""
            let tries = 0;
            await page.route('**/*', route => ++tries < 3 ? route.abort('connectionrefused') : route.fulfill({ contentType: 'text/html', body: 'here' }));
            await browser.goToUrl({ page, url: 'http://site.test/' });
            const first = tries;
            tries = -100;
            const failure = await browser.goToUrl({ page, url: 'http://site.test/', retries: 2 }).catch(e => e.message.split('\n')[0]);
            await page.unroute('**/*');
            await page.route('**/*', () => {});
            const quiet = await browser.goToUrl({ page, url: 'http://site.test/', timeoutInMs: 100, retries: 1, throwOnTimeout: false });
            return { first, second: tries + 100, failure, quiet: quiet === undefined };
            """);

        Assert.Equal((3, 2, true), (result!["first"]!.GetValue<int>(), result["second"]!.GetValue<int>(), result["quiet"]!.GetValue<bool>()));
        Assert.Contains("ERR_CONNECTION_REFUSED", result["failure"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_go_to_a_bucket_of_the_automations_own_with_signed_requests_and_links()
    {
        var result = await CallAsync("""
            const configs = { bucket: 'reports', region: 'eu-west-1', accessKeyId: params.id, secretAccessKey: params.secret, endpoint: params.url + '/s3' };
            const file = await browser.uploadFileToS3({ file: Buffer.from('quarter one'), fileNameOverride: 'räport (1).txt', configs });
            const link = await file.getSignedUrl(60);
            const wrong = await browser.uploadFileToS3({ file: Buffer.from('x'), configs: { ...configs, secretAccessKey: 'wrong' } }).catch(e => e.message);
            Object.assign(process.env, { AWS_ACCESS_KEY_ID: params.id, AWS_SECRET_ACCESS_KEY: params.secret, AWS_REGION: 'us-east-1', AWS_BUCKET: 'from-env', AWS_ENDPOINT_URL: params.url + '/s3' });
            const fromEnv = await browser.uploadFileToS3({ file: Buffer.from('env') });
            process.env.MODE = 'generate_code';
            const mocked = await browser.uploadFileToS3({ file: Buffer.from('none') });
            return { file, got: await (await fetch(link)).text(), forged: (await fetch(link.replace('Expires=60', 'Expires=600'))).status, plain: file.getS3Key(),
              wrong, bucket: fromEnv.bucket, mocked: [mocked.bucket, mocked.region], lacking: await browser.uploadFileToS3({ file: 'x', configs: {} }).catch(() => 'refused') };
            """, new() { ["id"] = FakeServices.AccessKey, ["secret"] = FakeServices.SecretKey, ["url"] = services.Url });

        Assert.Equal("quarter one", result!["got"]!.GetValue<string>());
        Assert.Equal(403, result["forged"]!.GetValue<int>());
        Assert.Equal(("reports", $"{services.Url}/s3"), (result["file"]!["bucket"]!.GetValue<string>(), result["file"]!["endpoint"]!.GetValue<string>()));
        Assert.StartsWith($"{services.Url}/s3/reports/", result["plain"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("The request signature we calculated does not match", result["wrong"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("from-env", result["bucket"]!.GetValue<string>());
        Assert.Equal("""["testing_bucket","testing_region"]""", result["mocked"]!.ToJsonString());
    }

    [Fact]
    public async Task Models_read_pages_through_an_endpoint_that_speaks_the_protocol()
    {
        services.Answers.Clear();
        services.Answers.Enqueue("no json at all");
        services.Answers.Enqueue("```json\n{\"title\":\"Ann's shop\",\"price\":7}\n```");
        services.Answers.Enqueue("""{"title":"again"}""");
        services.Answers.Enqueue("True");

        var result = await CallAsync("""
            const ai = require('@intuned/browser/ai');
            await page.setContent("<h1>Ann's shop</h1><script>var secret = 1</script><p>7 EUR</p>");
            const schema = { type: 'object', required: ['title'], properties: { title: { type: 'string' }, price: { type: 'number' } } };
            return [
              await ai.extractStructuredData({ source: page, dataSchema: schema, prompt: 'Read the shop', enableCache: false }),
              await ai.extractStructuredData({ source: page.locator('h1'), dataSchema: schema, strategy: 'MARKDOWN', model: 'other-model', enableCache: false }),
              await ai.isPageLoaded({ page }),
            ];
            """, ai: true);

        Assert.Equal("""[{"title":"Ann\u0027s shop","price":7},{"title":"again"},true]""", result!.ToJsonString());
        var asked = services.TakeQuestions();
        Assert.Equal(["test-model", "test-model", "other-model", "test-model"], asked.Select(q => q["model"]!.GetValue<string>()));
        Assert.All(asked, q => Assert.Equal($"Bearer {FakeServices.AiKey}", q["authorization"]!.GetValue<string>()));
        Assert.Contains("Read the shop", asked[0].ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("var secret", asked[0].ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("does not match the schema", asked[1].ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("# Ann", asked[2].ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", asked[3].ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_or_with_one_that_fails_the_helpers_say_so()
    {
        const string Ask = """
            const ai = require('@intuned/browser/ai');
            const runtime = require('@intuned/runtime');
            const said = promise => promise.then(() => 'answered', e => e.message);
            return [await said(ai.isPageLoaded({ page })), await said(ai.extractStructuredData({ source: page, dataSchema: {}, enableCache: false })),
              await said(browser.goToUrl({ page, url: 'about:blank', waitForLoadingStateUsingAi: true })), await said(runtime.getAiGatewayConfig())];
            """;
        services.Answers.Clear();

        var without = await CallAsync(Ask);
        var failing = await CallAsync(Ask, ai: true);

        Assert.All(without!.AsArray(), m => Assert.Contains("no AI endpoint is configured", m!.GetValue<string>(), StringComparison.Ordinal));
        Assert.Contains("status 429: the quota is used up", failing![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("answered", failing[3]!.GetValue<string>());
        services.TakeQuestions();
    }

    private async Task<JsonNode?> CallAsync(string body, JsonObject? parameters = null, bool ai = false)
    {
        using var project = new TestProject().WithFunction("api/call", $"const browser = require('@intuned/browser');\n{body}");
        var attempt = await engine.Host.RunAsync(project, "api/call", r => r with
        {
            ParametersJson = parameters?.ToJsonString() ?? "{}",
            Ai = ai ? new($"{services.Url}/v1", FakeServices.AiKey, "test-model") : null,
        });
        return JsonNode.Parse(attempt.Succeeded());
    }

    /// <summary>The order of faults says nothing; their set does.</summary>
    private static string Sorted(JsonNode results) => JsonSerializer.Serialize(
        results.AsArray().Select(r => r is JsonArray faults ? (object)faults.Select(f => f!.GetValue<string>()).ToArray() : r!.GetValue<string>()));
}

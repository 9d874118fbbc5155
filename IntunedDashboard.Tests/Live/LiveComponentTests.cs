using Bunit;
using IntunedDashboard.Live;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Live;

public sealed class LiveComponentTests : BunitContext
{
    private readonly InProcessLiveSignals _signals = new();

    public LiveComponentTests()
    {
        Services.AddSingleton<ILiveSignals>(_signals);
        Services.AddSingleton(TimeProvider.System);
    }

    [Fact]
    public void It_reads_at_once_and_again_after_a_change()
    {
        var value = 1;
        var component = Show(_ => Task.FromResult(Volatile.Read(ref value)));
        Assert.Equal("1", component.Find("p").TextContent);

        Volatile.Write(ref value, 2);
        _signals.Publish("a");

        component.WaitForAssertion(() => Assert.Equal("2", component.Find("p").TextContent));
    }

    [Fact]
    public async Task Many_changes_cause_few_reads_and_the_last_value_is_shown()
    {
        var value = 0;
        var reads = 0;
        var component = Show(_ =>
        {
            Interlocked.Increment(ref reads);
            return Task.FromResult(Volatile.Read(ref value));
        });

        for (var i = 1; i <= 2000; i++)
        {
            Volatile.Write(ref value, i);
            _signals.Publish("a");
            if (i % 100 == 0)
            {
                await Task.Yield();
            }
        }

        component.WaitForAssertion(() => Assert.Equal("2000", component.Find("p").TextContent));
        Assert.InRange(reads, 2, 100);
    }

    [Fact]
    public async Task A_change_during_a_read_causes_one_more()
    {
        var gate = new TaskCompletionSource();
        var reads = 0;
        var component = Show(async _ =>
        {
            var number = Interlocked.Increment(ref reads);
            if (number == 2)
            {
                await gate.Task;
            }

            return number;
        });

        _signals.Publish("a");
        await Eventually.TrueAsync(() => Volatile.Read(ref reads) == 2);
        _signals.Publish("a");
        gate.SetResult();

        component.WaitForAssertion(() => Assert.Equal("3", component.Find("p").TextContent));
    }

    [Fact]
    public async Task A_late_answer_of_a_former_watch_is_dropped()
    {
        var late = new TaskCompletionSource<int>();
        var component = Show(_ => late.Task);

        await component.Instance.WatchAsync("b", _ => Task.FromResult(7));
        late.SetResult(1);
        await component.InvokeAsync(() => { });

        Assert.Equal("7", component.Find("p").TextContent);
    }

    [Fact]
    public async Task Disposing_cancels_the_read_and_ends_the_subscription()
    {
        var canceled = false;
        var reads = 0;
        var component = Show(async token =>
        {
            if (Interlocked.Increment(ref reads) == 2)
            {
                token.Register(() => canceled = true);
                await Task.Delay(Timeout.Infinite, token);
            }

            return 1;
        });
        _signals.Publish("a");
        await Eventually.TrueAsync(() => Volatile.Read(ref reads) == 2);

        await component.Instance.DisposeAsync();
        await component.Instance.DisposeAsync();
        _signals.Publish("a");

        Assert.True(canceled);
        Assert.Equal(2, reads);
    }

    [Fact]
    public void A_failed_read_reaches_the_boundary_around_it()
    {
        var boundary = Render<CatchAll>(parameters => parameters.AddChildContent<Probe>(probe => probe
            .Add(p => p.Topic, "a").Add(p => p.Read, _ => Task.FromException<int>(new InvalidOperationException("no")))));

        boundary.WaitForAssertion(() => Assert.Equal("caught InvalidOperationException", boundary.Find("b").TextContent));
    }

    private IRenderedComponent<Probe> Show(Func<CancellationToken, Task<int>> read) =>
        Render<Probe>(parameters => parameters.Add(p => p.Topic, "a").Add(p => p.Read, read));

    private sealed class Probe : LiveComponentBase
    {
        private int _value;

        [Parameter]
        public required string Topic { get; set; }

        [Parameter]
        public required Func<CancellationToken, Task<int>> Read { get; set; }

        public Task WatchAsync(string topic, Func<CancellationToken, Task<int>> read) =>
            InvokeAsync(() => Watch("value", [topic], TimeSpan.FromMilliseconds(30), read, value => _value = value));

        protected override void OnInitialized() => _ = WatchAsync(Topic, Read);

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "p");
            builder.AddContent(1, _value);
            builder.CloseElement();
        }
    }

    private sealed class CatchAll : ErrorBoundaryBase
    {
        protected override Task OnErrorAsync(Exception exception) => Task.CompletedTask;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            if (CurrentException is null)
            {
                builder.AddContent(0, ChildContent);
                return;
            }

            builder.OpenElement(1, "b");
            builder.AddContent(2, $"caught {CurrentException.GetType().Name}");
            builder.CloseElement();
        }
    }
}

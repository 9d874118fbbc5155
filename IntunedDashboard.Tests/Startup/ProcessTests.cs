using System.Net;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Startup;

/// <summary>The program as a process: what a person at a console sees.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task It_says_where_to_go_answers_and_stops_in_peace_with_its_data_kept()
    {
        using var data = new TemporaryFolder("process");
        string[] settings =
        [
            $"--Bootstrap:AdminEmail={AppHost.AdminEmail}", $"--Bootstrap:AdminPassword={AppHost.Password}",
            "--Bootstrap:ApiKey=a-key-of-a-test",
        ];
        await using (var first = await DashboardProcess.StartAsync(data.Path, settings))
        {
            using var client = new HttpClient { BaseAddress = new Uri(first.BaseUrl) };
            using var live = await client.GetAsync("/health/live");
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            Assert.Equal(0, await first.StopAsync());
            Assert.DoesNotContain(AppHost.Password, first.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("a-key-of-a-test", first.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Executed DbCommand", first.Output, StringComparison.Ordinal);
        }

        // Without the settings: accounts, keys and encryption keys are in the data directory.
        await using var second = await DashboardProcess.StartAsync(data.Path);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var person = new HttpClient(handler) { BaseAddress = new Uri(second.BaseUrl) };
        using var signedIn = await AccountForms.SignInAsync(person, AppHost.AdminEmail, AppHost.Password);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        using var start = await person.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, start.StatusCode);
    }

    [Fact]
    public async Task A_fresh_start_prints_the_set_up_address_and_token()
    {
        using var data = new TemporaryFolder("process");
        await using var process = await DashboardProcess.StartAsync(data.Path);
        Assert.Contains("/setup", process.Output, StringComparison.Ordinal);
        Assert.Contains("set-up token: ", process.Output, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri(process.BaseUrl) };
        Assert.Contains("Create the admin account", await client.GetStringAsync("/setup"), StringComparison.Ordinal);
        Assert.Contains("--accent", await client.GetStringAsync("/css/tokens.css"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_on_the_same_data_is_refused_and_disturbs_nothing()
    {
        await using var host = await AppHost.StartAsync();

        var (exitCode, output) = await DashboardProcess.RunAsync("--urls=http://127.0.0.1:0", $"--Dashboard:DataDirectory={host.DataDirectory}");

        Assert.Equal(1, exitCode);
        Assert.Contains("in use by another IntunedDashboard", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_is_explained()
    {
        using var folder = new TemporaryFolder("process");
        var file = Path.Combine(folder.Path, "a-file");
        await File.WriteAllTextAsync(file, "in the way");

        var (exitCode, output) = await DashboardProcess.RunAsync("--urls=http://127.0.0.1:0", $"--Dashboard:DataDirectory={file}/data");

        Assert.Equal(1, exitCode);
        Assert.Contains($"The data directory {file}/data cannot be used", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_explained_without_a_stack_trace()
    {
        await using var host = await AppHost.StartAsync();
        using var data = new TemporaryFolder("process");

        var (exitCode, output) = await DashboardProcess.RunAsync($"--urls={host.BaseUrl}", $"--Dashboard:DataDirectory={data.Path}");

        Assert.Equal(1, exitCode);
        Assert.Contains("already in use", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}

using Intuned;
using Microsoft.Playwright;

namespace SampleHr;

public static class CheckLogin
{
    public static async Task<bool> CheckAsync(IPage page)
    {
        await IntunedBrowser.GoToUrlAsync(page, Site.Url("dashboard"));

        var redirectedToLogin = page.Url == Site.Url("login");

        return !redirectedToLogin;
    }
}

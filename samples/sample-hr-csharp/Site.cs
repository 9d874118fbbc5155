namespace SampleHr;

/// <summary>Where the sample site is: SAMPLE_SITE_URL, or the copy that the dashboard itself serves.</summary>
public static class Site
{
    public static string Url(string path)
    {
        var dashboard = Environment.GetEnvironmentVariable("INTUNED_DASHBOARD_URL") ?? "http://localhost:5210";
        var site = Environment.GetEnvironmentVariable("SAMPLE_SITE_URL") ?? $"{dashboard}/sample-site";
        return $"{site}/{path}";
    }
}

namespace IntunedDashboard.Execution.Hosting;

/// <summary>Which addresses a person may open in a hosted browser.</summary>
public static class HostedAddress
{
    /// <summary>Reads what a person typed as an address; without a scheme it is https.</summary>
    /// <returns>Null when it is no address of the web.</returns>
    public static string? Read(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length is 0 or > 2000 || trimmed.Any(char.IsControl))
        {
            return null;
        }

        var address = trimmed.Contains("://", StringComparison.Ordinal) ? trimmed : $"https://{trimmed}";
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            ? uri.AbsoluteUri
            : null;
    }

    /// <summary>Whether a page may stay open: pages of the web, what they made themselves, and the browser's own error page.</summary>
    public static bool MayBeShown(string url) =>
        url == "about:blank" || url == "about:srcdoc" || url.StartsWith("chrome-error:", StringComparison.Ordinal)
        || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "blob" or "data");
}

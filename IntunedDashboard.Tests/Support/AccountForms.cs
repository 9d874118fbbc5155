using System.Text.RegularExpressions;

namespace IntunedDashboard.Tests.Support;

/// <summary>Fills the static account forms the way a browser without scripts does: fetch, read the hidden fields, post.</summary>
public static partial class AccountForms
{
    public static Task<HttpResponseMessage> SignInAsync(
        HttpClient client, string email, string password, bool remember = false, string path = "/account/login") =>
        SubmitAsync(client, path, new Dictionary<string, string>
        {
            ["Input.Email"] = email,
            ["Input.Password"] = password,
            ["Input.Remember"] = remember ? "true" : "false",
        });

    public static async Task<HttpResponseMessage> SubmitAsync(HttpClient client, string path, Dictionary<string, string> fields)
    {
        using var page = await client.GetAsync(path);
        var html = await page.Content.ReadAsStringAsync();
        foreach (Match field in HiddenField().Matches(html))
        {
            fields[field.Groups["name"].Value] = field.Groups["value"].Value;
        }

        using var content = new FormUrlEncodedContent(fields);
        return await client.PostAsync(path, content);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField();
}

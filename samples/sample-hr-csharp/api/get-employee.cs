using System.Globalization;
using Intuned;
using Microsoft.Playwright;

namespace SampleHr;

public static class GetEmployee
{
    public record Parameters(int Number);

    public static async Task<Employee> RunAsync(Parameters parameters, IPage page)
    {
        var response = await page.GotoAsync(Site.Url($"employees/{parameters.Number}"));
        if (response?.Status == 404)
        {
            throw new RunError($"There is no employee {parameters.Number}.");
        }

        Task<string> Field(string name) => page.Locator($"[data-field={name}]").InnerTextAsync();
        var number = int.Parse(await Field("number"), CultureInfo.InvariantCulture);
        var name = await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).InnerTextAsync();
        var jobTitle = await Field("jobTitle");
        var department = await Field("department");
        var office = await Field("office");
        var email = await Field("email");
        var since = await Field("since");

        // The payroll page does not look at cookies: it wants the token that the login left in localStorage.
        await IntunedBrowser.GoToUrlAsync(page, Site.Url($"payroll/{parameters.Number}"));
        var salary = decimal.Parse(await Field("salary"), CultureInfo.InvariantCulture);
        return new Employee(number, name, jobTitle, department, office, email, since, salary);
    }
}

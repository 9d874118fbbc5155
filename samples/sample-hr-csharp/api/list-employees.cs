using Intuned;
using Microsoft.Playwright;

namespace SampleHr;

public static class ListEmployees
{
    public record Parameters(string? Department = null, int? Limit = null);

    public record Result(int Count, IReadOnlyList<EmployeeSummary> Employees);

    public static async Task<Result> RunAsync(Parameters parameters, IPage page)
    {
        await IntunedBrowser.GoToUrlAsync(page, Site.Url("employees"));

        var rows = await page.Locator("tr[data-employee]").AllAsync();
        Console.WriteLine($"The site lists {rows.Count} employees.");

        var employees = new List<EmployeeSummary>();
        foreach (var row in rows)
        {
            var cells = await row.Locator("td").AllInnerTextsAsync();
            var employee = new EmployeeSummary(int.Parse(cells[0]), cells[1], cells[2], cells[3], cells[4]);
            if (parameters.Department is null || parameters.Department == employee.Department)
            {
                employees.Add(employee);
            }

            if (employees.Count >= parameters.Limit)
            {
                break;
            }
        }

        return new Result(employees.Count, employees);
    }
}

using System.Globalization;

namespace IntunedDashboard.Projects.Sample;

public sealed record SampleEmployee(int Number, string Name, string JobTitle, string Department, string Office, DateOnly Since, int Salary)
{
    public string Email => Name.Replace(' ', '.').ToLower(CultureInfo.InvariantCulture) + "@example.com";
}

/// <summary>The sample company: fifty people who are the same after every start, so that results can be compared.</summary>
public static class SampleEmployees
{
    private const int Count = 50;
    private const int FirstNumber = 1001;

    private static readonly string[] FirstNames =
    [
        "Ada", "Ben", "Carla", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Mira", "Noah", "Olga",
        "Pablo", "Quinn", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Walter", "Xenia", "Yusuf",
    ];

    private static readonly string[] LastNames =
    [
        "Adler", "Brandt", "Costa", "Duval", "Eriksen", "Fischer", "Gallo", "Haas", "Ito", "Jansen", "Kovacs", "Lindqvist", "Moreau",
        "Novak", "Okafor", "Petrov", "Quist", "Romero", "Silva", "Tanaka", "Ueda", "Vogel", "Weber", "Young", "Zhang",
    ];

    private static readonly (string Department, string[] Titles)[] Departments =
    [
        ("Engineering", ["Developer", "Tester", "Architect"]),
        ("Finance", ["Accountant", "Controller"]),
        ("Operations", ["Planner", "Coordinator", "Buyer"]),
        ("People", ["Recruiter", "Adviser"]),
        ("Sales", ["Representative", "Account Executive"]),
    ];

    private static readonly string[] Offices = ["Berlin", "Lisbon", "Oslo", "Toronto"];

    public static IReadOnlyList<SampleEmployee> All { get; } = Enumerable.Range(0, Count).Select(Make).ToArray();

    public static SampleEmployee? Find(int number) => All.FirstOrDefault(e => e.Number == number);

    private static SampleEmployee Make(int index)
    {
        var (department, titles) = Departments[index % Departments.Length];
        return new SampleEmployee(
            FirstNumber + index,
            $"{FirstNames[index % FirstNames.Length]} {LastNames[(index * 7 + index / FirstNames.Length) % LastNames.Length]}",
            titles[index / Departments.Length % titles.Length],
            department,
            Offices[index * 3 % Offices.Length],
            new DateOnly(2012, 1, 15).AddDays(index * 97),
            42_000 + index * 1_337 % 38_000);
    }
}

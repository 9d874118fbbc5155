namespace SampleHr;

public record EmployeeSummary(int Number, string Name, string JobTitle, string Department, string Office);

public record Employee(
    int Number, string Name, string JobTitle, string Department, string Office, string Email, string Since, decimal Salary)
    : EmployeeSummary(Number, Name, JobTitle, Department, Office);

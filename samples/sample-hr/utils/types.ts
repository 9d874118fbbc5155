export interface EmployeeSummary {
  number: number;
  name: string;
  jobTitle: string;
  department: string;
  office: string;
}

export interface Employee extends EmployeeSummary {
  email: string;
  since: string;
  salary: number;
}

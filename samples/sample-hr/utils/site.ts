/** Where the sample site is: SAMPLE_SITE_URL, or the copy that the dashboard itself serves. */
export function siteUrl(path: string): string {
  const dashboard = process.env["INTUNED_DASHBOARD_URL"] ?? "http://localhost:5210";
  const site = process.env["SAMPLE_SITE_URL"] ?? `${dashboard}/sample-site`;
  return `${site}/${path}`;
}

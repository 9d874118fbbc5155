import os


def site_url(path: str) -> str:
    """Where the sample site is: SAMPLE_SITE_URL, or the copy that the dashboard itself serves."""
    dashboard = os.environ.get("INTUNED_DASHBOARD_URL", "http://localhost:5210")
    return f"{os.environ.get('SAMPLE_SITE_URL', dashboard + '/sample-site')}/{path}"

// Runs before the first paint and therefore is no module: what this browser chose for theme and menu is set on the root element.
{
  const root = document.documentElement;
  const read = (key: string): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (read("rail") === "narrow") root.dataset.rail = "narrow";
}

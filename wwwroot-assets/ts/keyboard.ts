import { closeDrawer, openPalette } from "./actions.js";

// "/" or Ctrl+K searches, "j" and "k" walk through a list, Escape closes.
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function step(direction: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return;
  const current = rows.findIndex((row) => row.contains(document.activeElement) || row === document.activeElement);
  const next = current < 0 ? (direction > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, current + direction));
  const row = rows[next];
  const target = row?.matches("a, button") ? row : row?.querySelector<HTMLElement>("a[data-row-link], a");
  target?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function steerPalette(event: KeyboardEvent, palette: HTMLElement): void {
  const options = [...palette.querySelectorAll<HTMLAnchorElement>("[role=option]")];
  const current = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? (current + 1) % options.length : (current - 1 + options.length) % options.length;
    options.forEach((option, index) => {
      option.id = `palette-option-${index}`;
      option.setAttribute("aria-selected", String(index === next));
    });
    palette.querySelector("input")?.setAttribute("aria-activedescendant", `palette-option-${next}`);
    options[next]?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    event.preventDefault();
    (options[current] ?? options[0])?.click();
  }
}

document.addEventListener("keydown", (event) => {
  const palette = document.querySelector<HTMLDialogElement>("#palette[open]");
  if (palette) {
    steerPalette(event, palette);
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.key === "Escape") closeDrawer();
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
});

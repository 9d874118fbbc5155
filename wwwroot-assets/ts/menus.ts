// A menu is a <details>: it closes on Escape, on a press elsewhere and when one of its links was chosen.
function closeMenus(except?: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const menu = event.target.closest("details.menu");
  const chosen = menu && event.target.closest(".menu-item:not([data-keep-open])");
  closeMenus(chosen ? null : menu);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (!menu) return;
  event.preventDefault();
  event.stopPropagation();
  menu.open = false;
  menu.querySelector<HTMLElement>("summary")?.focus();
}, true);

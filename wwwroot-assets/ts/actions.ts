// What needs no server: menu, drawer, palette, copying. Elements name their action in data-action or data-copy.
const root = document.documentElement;

const actions: Record<string, (from: HTMLElement) => void> = {
  "toggle-rail": () => {
    const narrow = root.dataset.rail !== "narrow";
    if (narrow) root.dataset.rail = "narrow";
    else delete root.dataset.rail;
    try {
      localStorage.setItem("rail", narrow ? "narrow" : "");
    } catch {
      // Without storage the choice lasts until the page is left.
    }
  },
  "toggle-drawer": () => {
    if (root.dataset.drawer) delete root.dataset.drawer;
    else {
      root.dataset.drawer = "open";
      document.querySelector<HTMLElement>("#rail a")?.focus();
    }
  },
  "close-drawer": closeDrawer,
  "open-palette": openPalette,
  "close-dialog": (from) => from.closest("dialog")?.close(),
  "sign-out": () => void signOut(),
  reveal: (from) => {
    const input = document.getElementById(from.getAttribute("aria-controls") ?? "") as HTMLInputElement | null;
    if (!input) return;
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    from.setAttribute("aria-pressed", String(!shown));
  },
};

export function closeDrawer(): void {
  if (!root.dataset.drawer) return;
  delete root.dataset.drawer;
  document.querySelector<HTMLElement>("[data-action=toggle-drawer]")?.focus();
}

export function openPalette(): void {
  const palette = document.querySelector<HTMLDialogElement>("#palette");
  if (!palette || palette.open) return;
  palette.showModal();
  const input = palette.querySelector("input");
  input?.focus();
  input?.select();
}

async function signOut(): Promise<void> {
  const answer = await fetch("/account/antiforgery");
  if (answer.ok) {
    const { headerName, token } = (await answer.json()) as { headerName: string; token: string };
    await fetch("/account/logout", { method: "POST", headers: { [headerName]: token } });
  }
  location.assign("/account/login");
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain HTTP on a network has no clipboard object.
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function sayCopied(from: HTMLElement): void {
  from.dataset.copied = "true";
  const name = from.getAttribute("aria-label");
  from.setAttribute("aria-label", "Copied");
  window.setTimeout(() => {
    delete from.dataset.copied;
    if (name) from.setAttribute("aria-label", name);
  }, 1200);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const actor = event.target.closest<HTMLElement>("[data-action]");
  if (actor?.dataset.action) actions[actor.dataset.action]?.(actor);

  const copier = event.target.closest<HTMLElement>("[data-copy], [data-copy-from]");
  if (copier) {
    const source = copier.dataset.copyFrom ? document.getElementById(copier.dataset.copyFrom)?.textContent : copier.dataset.copy;
    void copy(source ?? "").then(() => sayCopied(copier));
  }

  const link = event.target.closest("a[href]");
  if (link?.closest(".rail")) closeDrawer();
  if (link?.closest("#palette")) document.querySelector<HTMLDialogElement>("#palette")?.close();
});

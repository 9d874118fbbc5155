// Three choices kept in this browser. The element draws itself; the server renders it empty.
const choices: [string, string][] = [
  ["", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

class ThemeSwitch extends HTMLElement {
  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Theme");
    for (const [value, text] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.dataset.value = value;
      button.addEventListener("click", () => this.choose(value));
      this.append(button);
    }
    this.show();
  }

  private choose(value: string): void {
    const root = document.documentElement;
    if (value) root.dataset.theme = value;
    else delete root.dataset.theme;
    try {
      localStorage.setItem("theme", value);
    } catch {
      // Without storage the choice lasts until the page is left.
    }
    this.show();
  }

  private show(): void {
    const current = document.documentElement.dataset.theme ?? "";
    for (const button of this.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.value === current));
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);

// Relative times tick in the browser, so that a page full of them costs the server nothing.
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

function describe(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size || unit === "second") {
      return format.format(Math.round(seconds / size), unit);
    }
  }
  return "";
}

class RelativeTime extends HTMLElement {
  static observedAttributes = ["datetime"];
  private timer = 0;

  connectedCallback(): void {
    this.update();
    this.timer = window.setInterval(() => this.update(), 1000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }

  attributeChangedCallback(): void {
    this.update();
  }

  private update(): void {
    const value = this.getAttribute("datetime");
    const date = value ? new Date(value) : null;
    if (!date || Number.isNaN(date.getTime())) return;
    const text = describe(date);
    if (this.textContent !== text) this.textContent = text;
    const title = `${date.toISOString()}\n${date.toLocaleString()}`;
    if (this.title !== title) this.title = title;
  }
}

customElements.define("relative-time", RelativeTime);

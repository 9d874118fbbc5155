// Times tick in the browser, so that a page full of them costs the server nothing. One timer serves all.
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const ticking = new Set<TickingElement>();

function relative(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  if (Math.abs(seconds) < 3) return "just now";
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return format.format(Math.trunc(seconds / size), unit);
}

function elapsed(since: Date): string {
  const seconds = Math.max(0, (Date.now() - since.getTime()) / 1000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`;
}

abstract class TickingElement extends HTMLElement {
  connectedCallback(): void {
    ticking.add(this);
    this.tick();
  }

  disconnectedCallback(): void {
    ticking.delete(this);
  }

  attributeChangedCallback(): void {
    this.tick();
  }

  tick(): void {
    const date = new Date(this.getAttribute("datetime") ?? this.getAttribute("since") ?? "");
    if (Number.isNaN(date.getTime())) return;
    const text = this.describe(date);
    if (this.textContent !== text) this.textContent = text;
    const title = `${date.toISOString().replace("T", " ").replace("Z", " UTC")}\n${date.toLocaleString()} local`;
    if (this.title !== title) this.title = title;
  }

  protected abstract describe(date: Date): string;
}

class RelativeTime extends TickingElement {
  static observedAttributes = ["datetime"];

  protected describe(date: Date): string {
    return relative(date);
  }
}

class RunningDuration extends TickingElement {
  static observedAttributes = ["since"];

  protected describe(date: Date): string {
    return elapsed(date);
  }
}

customElements.define("relative-time", RelativeTime);
customElements.define("running-duration", RunningDuration);
window.setInterval(() => ticking.forEach((element) => element.tick()), 1000);

// Sends what stands in its form to REST, as the person who is signed in or with the key that was typed, and shows the answer.
class ApiCall extends HTMLElement {
  private running: AbortController | null = null;

  connectedCallback(): void {
    // The framework fills the element after it is in the page, so it listens for what rises to it.
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.addEventListener("click", (event) => {
      if (event.target === this.stopButton) this.running?.abort();
    });
  }

  disconnectedCallback(): void {
    this.running?.abort();
  }

  private get stopButton(): HTMLButtonElement | null {
    return this.querySelector("[data-stop]");
  }

  private get method(): string {
    return this.getAttribute("method") ?? "GET";
  }

  private async send(): Promise<void> {
    if (this.running) return;
    const missing = this.inputs("path").find((input) => !input.value.trim());
    for (const input of this.inputs("path")) input.setAttribute("aria-invalid", String(input === missing));
    if (missing) {
      missing.focus();
      this.show(text("p", "field-fault", `Enter ${missing.name}.`));
      return;
    }
    this.running = new AbortController();
    if (this.stopButton) this.stopButton.hidden = false;
    this.show(text("p", "soft", "Waiting for the answer."));
    const started = performance.now();
    try {
      const response = await fetch(this.address(), await this.request(this.running.signal));
      await this.showAnswer(response, started);
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === "AbortError";
      this.show(text("p", "field-fault", stopped ? "Stopped before the answer came." : "The server could not be reached."));
    } finally {
      this.running = null;
      if (this.stopButton) this.stopButton.hidden = true;
    }
  }

  private inputs(place: string): (HTMLInputElement | HTMLSelectElement)[] {
    return [...this.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`[data-in=${place}]`)];
  }

  private address(): string {
    let path = this.getAttribute("path") ?? "";
    for (const input of this.inputs("path")) path = path.replace(`{${input.name}}`, encodeURIComponent(input.value.trim()));
    const query = new URLSearchParams();
    for (const input of this.inputs("query")) if (input.value) query.set(input.name, input.value);
    return query.size > 0 ? `${path}?${query}` : path;
  }

  private async request(signal: AbortSignal): Promise<RequestInit> {
    const headers = new Headers();
    const key = this.querySelector<HTMLInputElement>("[data-key]")?.value.trim() ?? "";
    if (key) headers.set("x-api-key", key);
    else if (this.method !== "GET") {
      const { headerName, token } = (await (await fetch("/account/antiforgery", { signal })).json()) as { headerName: string; token: string };
      headers.set(headerName, token);
    }
    const field = this.querySelector<HTMLTextAreaElement | HTMLInputElement>("[data-body]");
    let body: BodyInit | undefined;
    if (field instanceof HTMLTextAreaElement) body = field.value;
    else if (field) body = field.files?.[0];
    if (field) {
      const isGzip = field instanceof HTMLInputElement && /gz$/.test(field.files?.[0]?.name ?? "");
      headers.set("Content-Type", isGzip ? "application/gzip" : (this.getAttribute("content-type") ?? "application/json"));
    }
    return { method: this.method, headers, body, signal, credentials: key ? "omit" : "same-origin", cache: "no-store" };
  }

  private async showAnswer(response: Response, started: number): Promise<void> {
    const type = response.headers.get("Content-Type") ?? "";
    const content = await response.blob();
    const took = Math.round(performance.now() - started);
    const chip = text("span", `chip ${response.ok ? "tone-good" : "tone-bad"}`, `${response.status} ${response.statusText}`.trim());
    const line = text("p", "api-answer-line", "");
    line.append(chip, ` in ${took} ms${type ? `, ${type}` : ""}`);
    const parts: HTMLElement[] = [line];
    if (content.size > 0) parts.push(/json|text/.test(type) && content.size < 2_000_000 ? await readable(content, type) : download(content));
    this.show(...parts);
  }

  private show(...parts: HTMLElement[]): void {
    this.querySelector("[data-answer]")?.replaceChildren(...parts);
  }
}

async function readable(content: Blob, type: string): Promise<HTMLElement> {
  const raw = await content.text();
  const pre = text("pre", "", raw);
  if (type.startsWith("application/json")) {
    try {
      pre.textContent = JSON.stringify(JSON.parse(raw), null, 2);
    } catch {
      // It is shown as it came.
    }
  }
  pre.tabIndex = 0;
  const box = text("div", "json", "");
  box.append(pre);
  return box;
}

function download(content: Blob): HTMLElement {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = "";
  link.className = "button";
  link.textContent = `Save ${content.size.toLocaleString()} bytes`;
  return link;
}

function text(tag: string, className: string, content: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = content;
  return element;
}

customElements.define("api-call", ApiCall);

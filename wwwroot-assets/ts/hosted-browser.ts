// A browser that runs on the server, as an element: its picture on a canvas, and a thin bar around it.
// The server says what is going on in one message, whole each time, so that a lost connection leaves nothing out.
import { HostedInput, hasTouch, type Message } from "./hosted-input.js";

interface Tab { id: string; title: string; url: string; isActive: boolean }
interface State {
  t: "state";
  phase: "opening" | "open" | "checking" | "succeeded" | "failed" | "watching" | "over";
  message?: string;
  seconds?: number;
  mayType?: boolean;
  tabs: Tab[];
  dialog?: { id: number; kind: string; message: string; defaultText: string };
  upload?: { id: number; isMultiple: boolean };
  notices?: { number: number; text: string }[];
}

const RETRY_MS = 1000;
const HEAD_BYTES = 4;

class HostedBrowser extends HTMLElement {
  private socket: WebSocket | null = null;
  private input: HostedInput | null = null;
  private state: State | null = null;
  private deadline = 0;
  private seenNotice = 0;
  private shown = 0;
  private over = false;
  private timers: number[] = [];
  private resizing: ResizeObserver | null = null;
  private retry = 0;

  connectedCallback(): void {
    if (this.childElementCount === 0) this.build();
    this.over = false;
    this.connect();
    this.timers.push(window.setInterval(() => this.tick(), 1000));
    this.resizing = new ResizeObserver(() => this.tellSize());
    this.resizing.observe(this.piece(".hosted-stage"));
  }

  disconnectedCallback(): void {
    this.over = true;
    this.timers.forEach((timer) => window.clearInterval(timer));
    window.clearTimeout(this.retry);
    this.resizing?.disconnect();
    this.socket?.close();
  }

  private get watches(): boolean {
    return this.hasAttribute("read-only");
  }

  /** The browser is an automation's: it keeps its size, and is handed back. */
  private get takesOver(): boolean {
    return this.hasAttribute("take-over");
  }

  private build(): void {
    this.innerHTML = `
      <div class="hosted-bar">
        <button type="button" class="icon-button" data-do="back" aria-label="Back" title="Back">\u2190</button>
        <button type="button" class="icon-button" data-do="reload" aria-label="Load again" title="Load again">\u21bb</button>
        <form class="hosted-address"><input class="input mono" aria-label="Address" autocomplete="off" spellcheck="false" readonly></form>
        <span class="hosted-time num" role="timer" aria-label="Time left"></span>
        <button type="button" class="button hosted-keys" data-do="keys">Keyboard</button>
        <button type="button" class="button" data-do="cancel">Cancel</button>
        <button type="button" class="button button-primary" data-do="done">I\u2019m logged in</button>
      </div>
      <div class="hosted-tabs" role="group" aria-label="Tabs" hidden></div>
      <p class="hosted-say" role="status"></p>
      <div class="hosted-stage">
        <canvas role="img" aria-label="The page"></canvas>
        <textarea class="hosted-field" aria-label="The page. What you type goes there; F6 leaves it." autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false"></textarea>
        <p class="hosted-hint">F6 leaves the page</p>
        <div class="hosted-over" hidden></div>
      </div>
      <dialog class="dialog hosted-dialog" aria-label="The page asks"></dialog>
      <input type="file" hidden tabindex="-1" aria-label="Files for the page">`;
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-do]");
      if (button) this.act(button.dataset.do!, button.dataset.id);
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "F6" || event.target === this.field) return;
      event.preventDefault();
      this.field.focus({ preventScroll: true });
    });
    this.piece("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send({ t: "go", url: this.address.value });
      this.field.focus({ preventScroll: true });
    });
    this.piece<HTMLInputElement>("input[type=file]").addEventListener("change", () => void this.upload());
    this.piece<HTMLInputElement>("input[type=file]").addEventListener("cancel", () => this.send({ t: "files", id: this.state?.upload?.id, files: [] }));
    if (this.watches) {
      for (const name of ["back", "reload", "keys", "cancel", "done"]) this.piece(`[data-do=${name}]`).hidden = true;
      this.field.disabled = true;
      this.field.hidden = true;
      this.piece(".hosted-hint").hidden = true;
      this.piece(".hosted-time").hidden = true;
    } else {
      const leave = (): void => this.piece<HTMLElement>("[data-do=done]").focus();
      this.input = new HostedInput(this.canvas, this.field, (message) => this.send(message), leave, this.takesOver);
    }
    if (this.takesOver) {
      for (const name of ["back", "reload", "cancel"]) this.piece(`[data-do=${name}]`).hidden = true;
      this.piece("[data-do=done]").textContent = "Hand back";
    }
  }

  private connect(): void {
    const address = new URL(this.getAttribute("stream")!, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.say("");
      this.tellSize();
    });
    socket.addEventListener("message", (event) => void this.receive(event.data));
    socket.addEventListener("close", () => {
      if (this.over || this.socket !== socket) return;
      this.say(this.watches ? "Waiting for the next attempt." : "The connection was lost. Trying again.");
      this.retry = window.setTimeout(() => this.connect(), RETRY_MS);
    });
  }

  private send(message: Message): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private async receive(data: string | ArrayBuffer): Promise<void> {
    if (typeof data !== "string") {
      await this.draw(data);
      return;
    }
    const message = JSON.parse(data) as State | { t: "copied"; text: string } | { t: "editing"; on: boolean };
    if (message.t === "state") this.render(message);
    else if (message.t === "copied" && message.text) void navigator.clipboard?.writeText(message.text).catch(() => this.say("This browser does not let the page copy."));
    else if (message.t === "editing") this.editing(message.on);
  }

  private async draw(data: ArrayBuffer): Promise<void> {
    const head = new DataView(data);
    const number = ++this.shown;
    try {
      const picture = await createImageBitmap(new Blob([new Uint8Array(data, HEAD_BYTES)], { type: "image/jpeg" }));
      const [width, height] = [head.getUint16(0), head.getUint16(2)];
      const { canvas } = this;
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        canvas.width = picture.width;
        canvas.height = picture.height;
      }
      if (!this.takesOver) {
        canvas.style.width = `${width}px`;
        canvas.style.aspectRatio = `${width} / ${height}`;
      }
      canvas.getContext("2d", { alpha: false })!.drawImage(picture, 0, 0);
      picture.close();
      if (this.input) this.input.size = { width, height };
      this.dataset.frames = String(number);
    } finally {
      this.send({ t: "drawn" });
    }
  }

  private render(state: State): void {
    this.state = state;
    const opened = state.phase === "open" && this.dataset.phase !== "open";
    this.dataset.phase = state.phase;
    // Before the browser was there, nobody heard of the size.
    if (opened) this.tellSize();
    this.deadline = state.seconds === undefined ? 0 : Date.now() + state.seconds * 1000;
    const active = state.tabs.find((tab) => tab.isActive);
    const { address } = this;
    address.readOnly = !state.mayType;
    if (document.activeElement !== address || address.readOnly) address.value = active?.url === "about:blank" ? "" : (active?.url ?? "");
    this.renderTabs(state.tabs);
    if (state.phase === "over") this.over = true;
    const busy = state.phase === "checking" || state.phase === "opening";
    this.piece<HTMLButtonElement>("[data-do=done]").disabled = state.phase !== "open";
    this.cover(this.over ? "You no longer have the browser." : busy ? (state.phase === "opening" ? "The browser is starting." : "The login is being checked.") : null);
    if (this.takesOver) this.say(state.message ?? "");
    this.renderNotices(state);
    this.renderDialog(state);
    const file = this.piece<HTMLInputElement>("input[type=file]");
    if (state.upload && file.dataset.id !== String(state.upload.id)) {
      file.dataset.id = String(state.upload.id);
      file.multiple = state.upload.isMultiple;
      this.say("The page asks for a file.", "choose", "Choose a file");
    }
    if (state.phase === "succeeded" || state.phase === "failed") this.end(state);
    this.tick();
  }

  private renderNotices(state: State): void {
    const last = state.notices?.at(-1);
    if (last && last.number > this.seenNotice) {
      this.seenNotice = last.number;
      this.say(last.text);
    } else if (state.message && state.phase === "open") this.say(state.message);
  }

  private renderTabs(tabs: Tab[]): void {
    const strip = this.piece(".hosted-tabs");
    strip.hidden = tabs.length < 2;
    strip.replaceChildren(
      ...tabs.map((tab) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "hosted-tab", textContent: tab.title || tab.url || "New tab" });
        button.dataset.do = "tab";
        button.dataset.id = tab.id;
        button.setAttribute("aria-pressed", String(tab.isActive));
        return button;
      }),
    );
  }

  private renderDialog(state: State): void {
    const dialog = this.piece<HTMLDialogElement>("dialog");
    if (!state.dialog) {
      if (dialog.open) dialog.close();
      return;
    }
    const id = String(state.dialog.id);
    if (dialog.open && dialog.dataset.id === id) return;
    dialog.dataset.id = id;
    dialog.innerHTML = `<div class="dialog-body"><p></p></div><div class="dialog-foot"></div>`;
    dialog.querySelector("p")!.textContent = state.dialog.kind === "beforeunload" ? "Leave this page? What you entered may be lost." : state.dialog.message;
    if (state.dialog.kind === "prompt") {
      const input = document.createElement("input");
      Object.assign(input, { className: "input", value: state.dialog.defaultText });
      input.setAttribute("aria-label", "Answer");
      dialog.querySelector(".dialog-body")!.append(input);
    }
    const foot = dialog.querySelector(".dialog-foot")!;
    if (state.dialog.kind !== "alert") foot.append(this.button("dismiss", "Cancel", "button"));
    foot.append(this.button("accept", "OK", "button button-primary"));
    dialog.oncancel = () => this.act("dismiss");
    if (!dialog.open && !this.watches) dialog.showModal();
  }

  private button(action: string, text: string, className: string): HTMLButtonElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className, textContent: text });
    button.dataset.do = action;
    return button;
  }

  private act(action: string, id?: string): void {
    const { dialog } = this.state ?? {};
    if (action === "keys") this.field.focus({ preventScroll: true });
    else if (action === "choose") this.piece<HTMLInputElement>("input[type=file]").click();
    else if (action === "accept" || action === "dismiss") {
      const text = this.querySelector<HTMLInputElement>("dialog input")?.value;
      this.send({ t: "dialog", id: dialog?.id, accept: action === "accept", ...(text === undefined ? {} : { text }) });
      this.piece<HTMLDialogElement>("dialog").close();
      this.field.focus({ preventScroll: true });
    } else if (action === "leave") this.dispatchEvent(new CustomEvent("hostedleave", { bubbles: true }));
    else this.send({ t: action, id });
  }

  private async upload(): Promise<void> {
    const input = this.piece<HTMLInputElement>("input[type=file]");
    const files = await Promise.all(
      [...(input.files ?? [])].map(async (file) => {
        const bytes = new Uint8Array(await file.arrayBuffer());
        let text = "";
        for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
        return { name: file.name, type: file.type, data: btoa(text) };
      }),
    );
    this.send({ t: "files", id: Number(input.dataset.id), files });
    input.value = "";
    this.say("");
  }

  private editing(on: boolean): void {
    if (!hasTouch()) return;
    if (on) this.field.focus({ preventScroll: true });
    else this.field.blur();
  }

  private tellSize(): void {
    const stage = this.piece(".hosted-stage");
    if (this.watches || this.takesOver || stage.clientWidth === 0) return;
    this.send({ t: "size", w: stage.clientWidth, h: stage.clientHeight, s: devicePixelRatio, touch: hasTouch() });
  }

  private tick(): void {
    const left = Math.max(0, Math.round((this.deadline - Date.now()) / 1000));
    const time = this.piece(".hosted-time");
    time.textContent = this.deadline ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "";
    time.classList.toggle("hosted-late", this.deadline > 0 && left < 60);
  }

  private say(text: string, action?: string, label?: string): void {
    const place = this.piece(".hosted-say");
    place.textContent = text;
    if (action && label) place.append(" ", this.button(action, label, "button button-small"));
  }

  private cover(text: string | null): void {
    const over = this.piece(".hosted-over");
    over.hidden = text === null;
    over.textContent = text ?? "";
  }

  private end(state: State): void {
    this.over = true;
    const well = state.phase === "succeeded";
    const over = this.piece(".hosted-over");
    over.hidden = false;
    over.innerHTML = `<div class="hosted-end"><strong></strong><p></p></div>`;
    over.querySelector("strong")!.textContent = well ? "Logged in" : "Not logged in";
    over.querySelector("p")!.textContent = well ? (this.getAttribute("done-text") ?? "The login was checked and is kept.") : (state.message ?? "");
    const back = this.getAttribute("back-href");
    if (back) {
      const link = document.createElement("a");
      Object.assign(link, { className: "button button-primary", href: back, textContent: "Back to the AuthSession" });
      over.firstElementChild!.append(link);
      link.focus();
    }
    for (const name of ["done", "cancel", "back", "reload", "keys"]) this.piece(`[data-do=${name}]`).hidden = true;
    this.address.readOnly = true;
    this.say("");
    this.deadline = 0;
    this.dispatchEvent(new CustomEvent("hostedend", { bubbles: true, detail: { succeeded: well } }));
  }

  private get canvas(): HTMLCanvasElement {
    return this.piece<HTMLCanvasElement>("canvas");
  }

  private get field(): HTMLTextAreaElement {
    return this.piece<HTMLTextAreaElement>(".hosted-field");
  }

  private get address(): HTMLInputElement {
    return this.piece<HTMLInputElement>(".hosted-address input");
  }

  private piece<T extends HTMLElement>(selector: string): T {
    return this.querySelector<T>(selector)!;
  }
}

customElements.define("hosted-browser", HostedBrowser);

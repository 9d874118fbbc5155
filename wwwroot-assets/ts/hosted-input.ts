// Mouse, wheel, touch and keyboard of a viewer as messages for the browser that is shown.
// Keys go through a hidden text field, because only a field gets what an input method or a phone's keyboard writes.

export type Message = Record<string, unknown>;
export type Send = (message: Message) => void;

const BUTTONS = ["left", "middle", "right", "back", "forward"];
const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);

/** Whether the viewer's main pointer is a finger. */
export const hasTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

function modifiers(event: MouseEvent | KeyboardEvent): number {
  // The browser that is shown runs on another system: the key that means "command" here means "control" there.
  const control = IS_MAC ? event.metaKey : event.ctrlKey;
  const meta = IS_MAC ? event.ctrlKey : event.metaKey;
  return (event.altKey ? 1 : 0) | (control ? 2 : 0) | (meta ? 4 : 0) | (event.shiftKey ? 8 : 0);
}

export class HostedInput {
  private move: Message | null = null;
  private wheel: { x: number; y: number; dx: number; dy: number; m: number } | null = null;
  private frame = 0;
  private fingers = new Map<number, { x: number; y: number }>();
  private composing = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly field: HTMLTextAreaElement,
    private readonly send: Send,
    private readonly leave: () => void,
    /** Whether the page was made for a mouse: a tap is a press, and a finger that moves turns the wheel. Two fingers zoom the viewer's own page. */
    private readonly fingersAreMouse = false,
  ) {
    this.listenToPointers();
    this.listenToKeys();
  }

  /** CSS pixels of the page that is shown. */
  size = { width: 1, height: 1 };

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.size.width,
      y: ((event.clientY - box.top) / box.height) * this.size.height,
    };
  }

  private listenToPointers(): void {
    const { canvas } = this;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    // What a press focuses is decided by this event, which comes after the pointer's own.
    canvas.addEventListener("mousedown", (event) => {
      event.preventDefault();
      if (!hasTouch()) this.field.focus({ preventScroll: true });
    });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      if (event.pointerType === "touch") {
        event.preventDefault();
        return this.touch("start", event);
      }
      this.mouse("down", event);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (event.pointerType === "touch") return this.touch("end", event);
      this.mouse("up", event);
    });
    canvas.addEventListener("pointercancel", (event) => {
      if (event.pointerType === "touch") this.touch("cancel", event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") {
        if (this.fingers.has(event.pointerId)) this.touch("move", event);
        return;
      }
      this.move = { t: "move", ...this.place(event), b: this.held(event), bs: event.buttons, m: modifiers(event) };
      this.later();
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? this.size.height : 1;
        const { x, y } = this.place(event);
        this.wheel = { x, y, dx: (this.wheel?.dx ?? 0) + event.deltaX * unit, dy: (this.wheel?.dy ?? 0) + event.deltaY * unit, m: modifiers(event) };
        this.later();
      },
      { passive: false },
    );
  }

  private held(event: PointerEvent): string {
    return event.buttons & 1 ? "left" : event.buttons & 2 ? "right" : event.buttons & 4 ? "middle" : "none";
  }

  private clicks = { count: 0, at: 0, x: 0, y: 0, button: -1 };

  private mouse(t: "down" | "up", event: PointerEvent): void {
    this.flush();
    const { x, y } = this.place(event);
    if (t === "down") {
      // Pointer events do not count clicks.
      const last = this.clicks;
      const again = event.timeStamp - last.at < 500 && event.button === last.button && Math.hypot(x - last.x, y - last.y) < 5;
      this.clicks = { count: again ? Math.min(3, last.count + 1) : 1, at: event.timeStamp, x, y, button: event.button };
    }
    this.send({ t, x, y, b: BUTTONS[event.button] ?? "left", bs: event.buttons, n: this.clicks.count, m: modifiers(event) });
  }

  private drag: { x: number; y: number; moved: boolean } | null = null;

  private finger(k: "start" | "move" | "end" | "cancel", event: PointerEvent): void {
    const at = this.place(event);
    const m = modifiers(event);
    if (k === "start") this.drag = this.fingers.size === 0 ? { ...at, moved: false } : null;
    else if (k === "move" && this.drag) {
      const [dx, dy] = [this.drag.x - at.x, this.drag.y - at.y];
      if (!this.drag.moved && Math.hypot(dx, dy) < 8) return;
      this.drag = { ...at, moved: true };
      this.wheel = { ...at, dx: (this.wheel?.dx ?? 0) + dx, dy: (this.wheel?.dy ?? 0) + dy, m };
      this.later();
    } else if (k === "end" && this.drag && !this.drag.moved) {
      this.send({ t: "move", ...at, b: "none", bs: 0, m });
      this.send({ t: "down", ...at, b: "left", bs: 1, n: 1, m });
      this.send({ t: "up", ...at, b: "left", bs: 0, n: 1, m });
    }
    if (k === "start") this.fingers.set(event.pointerId, at);
    else if (k !== "move") this.fingers.delete(event.pointerId);
  }

  private touch(k: "start" | "move" | "end" | "cancel", event: PointerEvent): void {
    if (this.fingersAreMouse) {
      this.finger(k, event);
      this.probe(k);
      return;
    }
    if (k === "end" || k === "cancel") this.fingers.delete(event.pointerId);
    else this.fingers.set(event.pointerId, this.place(event));
    this.send({ t: "touch", k, p: [...this.fingers].map(([id, at]) => ({ id, ...at })), m: modifiers(event) });
    this.probe(k);
  }

  private probe(k: string): void {
    // Whether the touch went into a field is known a moment later, on a slow line two.
    if (k === "end") for (const wait of [150, 600, 1500]) window.setTimeout(() => this.send({ t: "probe" }), wait);
  }

  /** At most one move and one turn of the wheel for each picture of the viewer's own screen. */
  private later(): void {
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.move) this.send(this.move);
    if (this.wheel) this.send({ t: "wheel", ...this.wheel });
    this.move = null;
    this.wheel = null;
  }

  private listenToKeys(): void {
    const { field } = this;
    field.addEventListener("keydown", (event) => this.keyDown(event));
    field.addEventListener("keyup", (event) => {
      if (event.isComposing || event.key === "Process" || event.key === "Unidentified" || event.key === "F6") return;
      this.send({ t: "keyup", ...this.key(event) });
    });
    field.addEventListener("compositionstart", () => (this.composing = true));
    field.addEventListener("compositionend", () => {
      this.composing = false;
      this.takeText();
    });
    field.addEventListener("input", (event) => {
      if (this.composing) return;
      // Phones say what they deleted instead of which key it was.
      const { inputType } = event as InputEvent;
      if (inputType === "deleteContentBackward") this.press("Backspace", 8);
      else if (inputType === "insertLineBreak") this.press("Enter", 13);
      else this.takeText();
      this.reset();
    });
    field.addEventListener("paste", (event) => {
      event.preventDefault();
      const text = event.clipboardData?.getData("text/plain");
      if (text) this.send({ t: "text", text });
    });
    for (const name of ["copy", "cut"]) field.addEventListener(name, (event) => event.preventDefault());
    this.reset();
  }

  /** Something to delete, or a phone's keyboard would not say that it was asked to. */
  private reset(): void {
    this.field.value = "\u200b";
    this.field.setSelectionRange(1, 1);
  }

  private takeText(): void {
    const text = this.field.value.replaceAll("\u200b", "");
    if (text) this.send({ t: "text", text });
    this.reset();
  }

  private press(key: string, vk: number): void {
    this.send({ t: "keydown", key, code: key, vk });
    this.send({ t: "keyup", key, code: key, vk });
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.key === "F6") {
      event.preventDefault();
      this.leave();
      return;
    }
    if (event.isComposing || ["Process", "Unidentified", "Dead", "Compose"].includes(event.key)) return;
    const graph = event.getModifierState("AltGraph") || (!IS_MAC && event.ctrlKey && event.altKey);
    const command = (IS_MAC ? event.metaKey : event.ctrlKey) && !graph;
    const letter = event.key.toLowerCase();
    // The field itself gets what is pasted.
    if (command && letter === "v") return;
    event.preventDefault();
    if (command && (letter === "c" || letter === "x")) this.send({ t: "copy" });
    const types = event.key.length <= 2 && [...event.key].length === 1 && !command && !(event.metaKey && !graph);
    const m = graph ? modifiers(event) & ~3 : modifiers(event);
    this.send({ t: "keydown", ...this.key(event), m, rep: event.repeat, ...(types ? { text: event.key } : {}) });
  }

  private key(event: KeyboardEvent): Message {
    const key = IS_MAC && event.key === "Meta" ? "Control" : event.key;
    return { key, code: event.code, vk: event.keyCode, loc: event.location, m: modifiers(event) };
  }
}

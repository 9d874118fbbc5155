// Tells a live list whether somebody reads it: scrolled away from the top, a menu or dialog open, text selected, focus or pointer
// in the list. Its value is "idle" or "reading"; it raises "change" like an input.
class ReadingGuard extends HTMLElement {
  value = "idle";
  private readonly watch = (): void => this.update();
  private timer = 0;

  connectedCallback(): void {
    document.addEventListener("scroll", this.watch, { passive: true, capture: true });
    document.addEventListener("selectionchange", this.watch);
    document.addEventListener("focusin", this.watch);
    document.addEventListener("pointerover", this.watch, { passive: true });
    this.timer = window.setInterval(this.watch, 1000);
  }

  disconnectedCallback(): void {
    document.removeEventListener("scroll", this.watch, { capture: true });
    document.removeEventListener("selectionchange", this.watch);
    document.removeEventListener("focusin", this.watch);
    document.removeEventListener("pointerover", this.watch);
    window.clearInterval(this.timer);
  }

  private update(): void {
    const list = document.getElementById(this.getAttribute("for") ?? "");
    const reading = window.scrollY > 8
      || document.querySelector("dialog[open], details.menu[open]") !== null
      || (document.getSelection()?.toString().length ?? 0) > 0
      || (list !== null && (list.contains(document.activeElement) || list.matches(":hover")));
    const value = reading ? "reading" : "idle";
    if (value === this.value) return;
    this.value = value;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("reading-guard", ReadingGuard);

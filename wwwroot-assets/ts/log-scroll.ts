// Keeps the newest log line in view until the reader scrolls up; then counts what arrives until they return to the end.
class LogScroll extends HTMLElement {
  private following = true;
  private missed = 0;
  private readonly arrivals = new MutationObserver((changes) => this.arrived(changes));

  connectedCallback(): void {
    this.addEventListener("scroll", () => {
      const atEnd = this.scrollHeight - this.scrollTop - this.clientHeight < 24;
      if (atEnd !== this.following) this.follow(atEnd);
    }, { passive: true });
    this.toggle?.addEventListener("click", () => this.follow(!this.following));
    this.arrivals.observe(this, { childList: true, subtree: true });
    this.follow(true);
  }

  disconnectedCallback(): void {
    this.arrivals.disconnect();
  }

  private get toggle(): HTMLElement | null {
    return document.getElementById(this.getAttribute("toggle") ?? "");
  }

  private follow(on: boolean): void {
    this.following = on;
    if (on) {
      this.missed = 0;
      this.scrollTop = this.scrollHeight;
    }
    this.show();
  }

  private arrived(changes: MutationRecord[]): void {
    if (this.following) {
      this.scrollTop = this.scrollHeight;
      return;
    }
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node instanceof Element && node.matches(".log-line")) this.missed += 1;
      }
    }
    this.show();
  }

  private show(): void {
    const toggle = this.toggle;
    if (!toggle) return;
    toggle.setAttribute("aria-pressed", String(this.following));
    toggle.textContent = this.following ? "Following" : this.missed > 0 ? `${this.missed} new` : "Follow";
  }
}

customElements.define("log-scroll", LogScroll);

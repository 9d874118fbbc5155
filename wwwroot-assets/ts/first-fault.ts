// Puts the focus on the first field at fault of the form around it, each time its attribute "round" changes.
class FirstFault extends HTMLElement {
  static observedAttributes = ["round"];

  attributeChangedCallback(_name: string, before: string | null): void {
    if (before === null) return;
    // After the framework has put the faults in place.
    requestAnimationFrame(() => {
      const first = this.closest("[role=form]")?.querySelector<HTMLElement>("[aria-invalid=true], [data-fault]");
      first?.focus();
      first?.scrollIntoView({ block: "center" });
    });
  }
}

customElements.define("first-fault", FirstFault);

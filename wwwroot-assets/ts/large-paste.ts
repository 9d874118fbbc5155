// A long text that is pasted goes to the file input inside this element instead of into the text field: files are sent in pieces, while
// the text of a field is one message, and those have a limit.
class LargePaste extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const input = this.querySelector<HTMLInputElement>("input[type=file]");
      if (!input) return;
      if (text.length <= Number(this.getAttribute("most"))) {
        // What was pasted is read at once, not only when the field is left.
        window.setTimeout(() => event.target?.dispatchEvent(new Event("change", { bubbles: true })));
        return;
      }
      event.preventDefault();
      const files = new DataTransfer();
      files.items.add(new File([text], "Pasted text", { type: "text/plain" }));
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

customElements.define("large-paste", LargePaste);

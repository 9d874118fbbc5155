// Opens and closes the <dialog> inside it with its own "open" attribute.
class ModalDialog extends HTMLElement {
  static observedAttributes = ["open"];

  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const dialog = this.querySelector("dialog");
      // A press on the backdrop arrives at the dialog itself, outside its box.
      if (dialog && event.target === dialog && !within(dialog, event)) dialog.close();
    });
    this.sync();
  }

  attributeChangedCallback(): void {
    // After the framework has put the content in place.
    queueMicrotask(() => this.sync());
  }

  private sync(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    const open = this.hasAttribute("open");
    if (open && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("[autofocus]")?.focus();
    } else if (!open && dialog.open) {
      dialog.close();
    }
  }
}

function within(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}

customElements.define("modal-dialog", ModalDialog);

// Sends a project archive by an ordinary request, so that its size is no matter of the page's connection and its progress is real.
// The element draws itself; the server renders it with where to send to, what to call it and where to go afterwards.
interface Navigator {
  navigateTo(address: string): void;
}

class ArchiveUpload extends HTMLElement {
  private file: File | null = null;
  private request: XMLHttpRequest | null = null;
  private name: HTMLInputElement | null = null;

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    const form = make("form", "upload");
    form.noValidate = true;
    const body = make("div", "dialog-body");
    if (!this.project) {
      this.name = make("input", "input mono");
      Object.assign(this.name, { id: "upload-name", autocomplete: "off", spellcheck: false, maxLength: 200 });
      const label = make("label", "", "Project name");
      label.htmlFor = this.name.id;
      const field = make("div", "field");
      field.append(label, this.name, make("p", "field-help", "Part of its addresses: letters, digits, - and _. A name that exists gets a new deployment."));
      body.append(field);
    }
    body.append(this.makeDropZone(), make("p", "upload-state"), make("div", "upload-fault"));
    const foot = make("div", "dialog-foot");
    const cancel = make("button", "button", "Cancel");
    cancel.type = "button";
    cancel.dataset.action = "close-dialog";
    const send = make("button", "button button-primary", "Deploy");
    send.type = "submit";
    foot.append(cancel, send);
    form.append(body, foot);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.append(form);
    this.piece(".upload-state").setAttribute("role", "status");
    this.piece(".upload-fault").setAttribute("role", "alert");
  }

  disconnectedCallback(): void {
    this.request?.abort();
  }

  private get project(): string {
    return this.getAttribute("project") ?? "";
  }

  private makeDropZone(): HTMLElement {
    const zone = make("label", "drop-zone");
    const input = make("input", "visually-hidden");
    input.type = "file";
    input.accept = ".zip,.tgz,.gz,application/zip,application/gzip";
    input.addEventListener("change", () => this.choose(input.files?.[0]));
    zone.append(input, make("strong", "", "Choose an archive"), make("span", "", "or drop it here: the project's folder as zip or tar.gz"));
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.dataset.over = "true";
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => delete zone.dataset.over);
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.choose(event.dataTransfer?.files[0]);
    });
    return zone;
  }

  private choose(file: File | undefined): void {
    if (!file || this.request) return;
    this.file = file;
    this.fail("");
    this.piece(".upload-state").textContent = `${file.name}, ${size(file.size)}`;
    const stem = file.name.replace(/\.(zip|tgz|tar\.gz|gz)$/i, "").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
    if (this.name && !this.name.value) this.name.value = stem;
    const limit = Number(this.getAttribute("max-bytes"));
    if (file.size > limit) this.fail(`The archive is larger than ${size(limit)}.`);
  }

  private async send(): Promise<void> {
    const project = this.project || this.name?.value.trim() || "";
    if (this.request) return;
    if (!project) return this.fail("Give the project a name.", this.name);
    if (!this.file) return this.fail("Choose an archive first.", this.querySelector("input[type=file]"));
    this.fail("");
    this.busy(true);
    const proof = await fetch("/account/antiforgery").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", `${this.getAttribute("uploads")}/${encodeURIComponent(project)}/deployments`);
    if (proof) request.setRequestHeader(proof.headerName, proof.token);
    request.setRequestHeader("content-type", /\.zip$/i.test(this.file.name) ? "application/zip" : "application/gzip");
    request.upload.addEventListener("progress", (event) => this.progress(event.loaded, event.total));
    request.addEventListener("loadend", () => this.end(project, request));
    request.send(this.file);
  }

  private end(project: string, request: XMLHttpRequest): void {
    this.request = null;
    this.busy(false);
    if (!this.isConnected) return;
    const answer = read(request.responseText);
    if (request.status === 201 && answer.deploymentId) {
      const blazor = (window as unknown as { Blazor?: Navigator }).Blazor;
      const address = `${this.getAttribute("pages")}/${encodeURIComponent(project)}/deployments/${answer.deploymentId}`;
      if (blazor) blazor.navigateTo(address);
      else location.assign(address);
      return;
    }
    this.piece(".upload-state").textContent = "";
    this.fail(answer.message ?? (request.status === 0 ? "The upload was interrupted. Try again." : `The server answered ${request.status}.`));
  }

  private progress(loaded: number, total: number): void {
    const state = this.piece(".upload-state");
    let bar = state.querySelector("progress");
    if (!bar) {
      bar = make("progress", "");
      bar.setAttribute("aria-label", "Upload");
      state.replaceChildren(bar, make("span", "num"));
    }
    bar.max = total;
    bar.value = loaded;
    state.querySelector("span")!.textContent = loaded < total ? `${size(loaded)} of ${size(total)}` : "Uploaded, being unpacked";
  }

  private fail(text: string, focus?: HTMLElement | null): void {
    const fault = this.piece(".upload-fault");
    fault.textContent = text;
    fault.className = text ? "upload-fault form-fault" : "upload-fault";
    focus?.focus();
  }

  private busy(on: boolean): void {
    for (const control of this.querySelectorAll<HTMLButtonElement | HTMLInputElement>("button[type=submit], input")) control.disabled = on;
  }

  private piece(selector: string): HTMLElement {
    return this.querySelector<HTMLElement>(selector)!;
  }
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function read(text: string): { deploymentId?: string; message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KiB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}

customElements.define("archive-upload", ArchiveUpload);

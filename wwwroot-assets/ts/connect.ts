// The page behind a link for an end user: claims the link for this browser, shows the login, and tells whoever opened the page how it ended.
import "./hosted-browser.js";

const place = document.getElementById("connect")!;
const origins = JSON.parse(place.dataset.origins ?? "[]") as string[];

function tell(succeeded: boolean): void {
  const listener = window.opener ?? (window.parent === window ? null : window.parent);
  if (!listener) return;
  const message = { type: succeeded ? "RECORDER_SESSION_FINISHED_SUCCESSFULLY" : "RECORDER_SESSION_FAILED" };
  // Only a listener of one of these origins gets it; for all others the browser drops it.
  for (const origin of [location.origin, ...origins]) listener.postMessage(message, origin);
}

function refuse(text: string, mayRetry: boolean): void {
  const note = document.createElement("div");
  note.className = "full-note hosted-end";
  note.setAttribute("role", "alert");
  const title = document.createElement("strong");
  title.textContent = "The login cannot begin";
  const sentence = document.createElement("p");
  sentence.textContent = text;
  note.append(title, sentence);
  if (mayRetry) {
    const again = document.createElement("button");
    Object.assign(again, { type: "button", className: "button button-primary", textContent: "Try again" });
    again.addEventListener("click", () => location.reload());
    note.append(again);
  } else tell(false);
  place.append(note);
}

async function begin(): Promise<void> {
  const base = location.pathname.replace(/\/$/, "");
  const answer = await fetch(`${base}/claim`, { method: "POST" }).catch(() => null);
  if (answer?.ok) {
    const browser = document.createElement("hosted-browser");
    browser.className = "hosted";
    browser.setAttribute("stream", `${base}/stream`);
    browser.setAttribute("done-text", "You can close this window.");
    browser.dataset.kiosk = "true";
    browser.addEventListener("hostedend", (event) => tell((event as CustomEvent<{ succeeded: boolean }>).detail.succeeded));
    place.append(browser);
    return;
  }
  const said = (await answer?.json().catch(() => null)) as { message?: string } | null;
  refuse(said?.message ?? "The server cannot be reached or is busy. Try again in a minute.", answer?.status !== 404);
}

void begin();

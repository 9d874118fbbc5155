// The framework retries by itself; this also tries when the tab is looked at again, and reloads when the circuit is gone for good.
// The address holds the page's state, so a reload returns to the same view.
interface BlazorStatic {
  reconnect?(): Promise<boolean>;
}

const banner = document.getElementById("components-reconnect-modal");
let trying = false;

async function reconnect(): Promise<void> {
  const blazor = (window as unknown as { Blazor?: BlazorStatic }).Blazor;
  if (trying || !blazor?.reconnect) return;
  trying = true;
  try {
    if (!(await blazor.reconnect())) location.reload();
  } catch {
    // Not reachable yet: the banner stays.
  } finally {
    trying = false;
  }
}

if (banner) {
  const has = (state: string): boolean => banner.classList.contains(`components-reconnect-${state}`);
  new MutationObserver(() => {
    const shown = has("show") || has("failed") || has("rejected");
    if (shown !== banner.matches(":popover-open")) banner.togglePopover(shown);
    if (has("rejected")) location.reload();
  }).observe(banner, { attributes: true, attributeFilter: ["class"] });
  banner.querySelector("button")?.addEventListener("click", () => void reconnect());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && (has("show") || has("failed"))) void reconnect();
  });
  window.addEventListener("online", () => {
    if (has("show") || has("failed")) void reconnect();
  });
  window.setInterval(() => {
    if (has("failed") && document.visibilityState === "visible") void reconnect();
  }, 10_000);
}

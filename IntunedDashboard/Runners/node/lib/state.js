'use strict';

/** Everything a login can leave in a browser: cookies, localStorage, IndexedDB, and the sessionStorage of every open page. */
async function captureState(context, warn) {
  let state;
  try {
    state = await context.storageState({ indexedDB: true });
  } catch (error) {
    warn(`IndexedDB was left out of the state: ${String(error?.message ?? error).split('\n')[0]}`);
    state = await context.storageState();
  }
  const sessions = new Map();
  for (const frame of context.pages().flatMap(page => page.frames())) {
    const found = await readSessionStorage(frame);
    if (found && !sessions.has(found.origin)) sessions.set(found.origin, found);
  }
  return { cookies: state.cookies, origins: state.origins, sessionStorage: [...sessions.values()] };
}

async function readSessionStorage(frame) {
  try {
    const found = await Promise.race([
      frame.evaluate(() => ({
        origin: location.origin,
        sessionStorage: Object.keys(sessionStorage).map(name => ({ name, value: sessionStorage.getItem(name) })),
      })),
      new Promise(resolve => setTimeout(resolve, 3000, null).unref()),
    ]);
    return found?.sessionStorage.length && found.origin !== 'null' ? found : null;
  } catch {
    // Pages without an origin of their own (about:blank, data:, sandboxed frames) have no sessionStorage.
    return null;
  }
}

/** Makes a new context look as the captured one did. */
async function restoreState(context, state) {
  const { cookies = [], origins = [], sessionStorage = [] } = state;
  if (origins.length) await context.setStorageState({ cookies, origins });
  else if (cookies.length) await context.addCookies(cookies);
  const byOrigin = Object.fromEntries((sessionStorage ?? []).map(item => [item.origin, item.sessionStorage]));
  if (Object.keys(byOrigin).length) await context.addInitScript(fillSessionStorage, byOrigin);
}

/** Runs in the page before its own scripts; what the page has set itself stays. */
function fillSessionStorage(byOrigin) {
  try {
    for (const { name, value } of byOrigin[location.origin] ?? []) {
      if (sessionStorage.getItem(name) === null) sessionStorage.setItem(name, value);
    }
  } catch {
    // Frames without storage have nothing to fill.
  }
}

module.exports = { captureState, restoreState };

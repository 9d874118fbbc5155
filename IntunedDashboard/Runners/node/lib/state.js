'use strict';

/** Remembers which origins each page has shown: a tab keeps the sessionStorage of all of them. */
function watchOrigins(context) {
  const origins = new Map();
  const watch = page => {
    const seen = new Set();
    origins.set(page, seen);
    page.on('framenavigated', frame => {
      const { origin } = new URL(frame.url());
      if (frame === page.mainFrame() && origin !== 'null') seen.add(origin);
    });
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  return origins;
}

/**
 * Everything a login can leave in a browser: cookies, localStorage, IndexedDB, and the sessionStorage of every open page. The pages
 * do not show what they showed afterwards.
 */
async function captureState(context, visited, warn) {
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
  for (const page of context.pages()) {
    const left = [...visited.get(page) ?? []].filter(origin => origin !== originOf(page) && !sessions.has(origin));
    for (const found of await revisit(page, left, warn)) sessions.set(found.origin, found);
  }
  return { cookies: state.cookies, origins: state.origins, sessionStorage: [...sessions.values()] };
}

/** Reads the sessionStorage of origins a page has left. */
async function revisit(page, origins, warn) {
  if (!origins.length) return [];
  const found = [];
  try {
    await withEmptyDocuments(page, async () => {
      for (const origin of origins) {
        await page.goto(`${origin}/`, { timeout: 3000 });
        found.push(await readSessionStorage(page.mainFrame()));
      }
    });
  } catch (error) {
    warn(`sessionStorage of an earlier page was left out of the state: ${String(error?.message ?? error).split('\n')[0]}`);
  }
  return found.filter(Boolean);
}

/** Nothing is asked of the sites meanwhile: whatever the page opens is an empty document. */
async function withEmptyDocuments(page, work) {
  const session = await page.context().newCDPSession(page);
  try {
    session.on('Fetch.requestPaused', ({ requestId }) => {
      session.send('Fetch.fulfillRequest', {
        requestId, responseCode: 200, responseHeaders: [{ name: 'Content-Type', value: 'text/html' }], body: '',
      }).catch(() => {});
    });
    await Promise.all([
      session.send('Network.enable'),
      session.send('Network.setBypassServiceWorker', { bypass: true }),
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    ]);
    await work(session);
  } finally {
    await session.detach().catch(() => {});
  }
}

function originOf(page) {
  try {
    return new URL(page.url()).origin;
  } catch {
    return null;
  }
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

/**
 * Makes a new context look as the captured one did.
 * @param blank A page of the context that has shown nothing yet, or undefined. Filling localStorage through it saves the page that
 * Playwright would open for that, which is a third of what a new context costs. Afterwards it has shown nothing, as before.
 */
async function restoreState(context, state, blank) {
  const { cookies = [], origins = [], sessionStorage = [] } = state;
  if (!origins.length || (blank && !origins.some(origin => origin.indexedDB?.length))) {
    if (cookies.length) await context.addCookies(cookies);
    if (origins.length) await fillLocalStorage(blank, origins);
  } else {
    await context.setStorageState({ cookies, origins });
  }
  const byOrigin = Object.fromEntries((sessionStorage ?? []).map(item => [item.origin, item.sessionStorage]));
  if (Object.keys(byOrigin).length) await context.addInitScript(fillSessionStorage, byOrigin);
}

async function fillLocalStorage(page, origins) {
  await withEmptyDocuments(page, async session => {
    for (const { origin, localStorage } of origins) {
      await page.goto(`${origin}/`);
      await page.evaluate(items => items.forEach(({ name, value }) => localStorage.setItem(name, value)), localStorage);
    }
    await page.goto('about:blank');
    await session.send('Page.resetNavigationHistory');
  });
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

module.exports = { captureState, restoreState, watchOrigins };

'use strict';

const quietMs = 500;

/** Watches the requests of a page from now on; settled() resolves true once they stay at the limit, false at the deadline. */
function watchNetwork(page, maxInflightRequests = 0) {
  const open = new Set();
  let quietSince = performance.now();
  const changed = () => { quietSince = open.size <= maxInflightRequests ? performance.now() : null; };
  const started = request => {
    // A stream stays open for as long as the page does.
    if (['websocket', 'eventsource'].includes(request.resourceType())) return;
    open.add(request);
    changed();
  };
  const ended = request => {
    if (open.delete(request)) changed();
  };
  page.on('request', started);
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  return {
    async settled(timeoutInMs, quietInMs = quietMs) {
      const deadline = performance.now() + timeoutInMs;
      while (performance.now() < deadline && !page.isClosed()) {
        if (quietSince !== null && performance.now() - quietSince >= quietInMs) return true;
        const wait = quietSince === null ? 50 : quietInMs - (performance.now() - quietSince);
        await new Promise(resolve => setTimeout(resolve, Math.max(5, Math.min(wait, deadline - performance.now()))));
      }
      return false;
    },
    dispose() {
      page.off('request', started);
      page.off('requestfinished', ended);
      page.off('requestfailed', ended);
    },
  };
}

/** Runs the action, then waits until the page's requests have settled; a page that never settles is not an error. */
async function withNetworkSettledWait(callback, { page, timeoutInMs = 30_000, maxInflightRequests = 0 }) {
  const network = watchNetwork(page, maxInflightRequests);
  try {
    const value = await callback(page);
    await network.settled(timeoutInMs);
    return value;
  } finally {
    network.dispose();
  }
}

/** True when the DOM stayed unchanged for the settle time, false at the deadline. */
async function waitForDomSettled({ source, settleDurationMs = 500, timeoutInMs = 30_000 }) {
  const watch = (root, { settle, timeout }) => new Promise(resolve => {
    let timer;
    const finish = value => {
      observer.disconnect();
      clearTimeout(timer);
      clearTimeout(deadline);
      resolve(value);
    };
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(true), settle);
    };
    const observer = new MutationObserver(restart);
    const deadline = setTimeout(() => finish(false), timeout);
    observer.observe(root, { childList: true, subtree: true, attributes: true, characterData: true });
    restart();
  });
  const deadline = performance.now() + timeoutInMs;
  for (;;) {
    const timeout = deadline - performance.now();
    if (timeout <= 0) return false;
    const isPage = typeof source.goto === 'function';
    try {
      const locator = isPage ? source.locator(':root') : source;
      return await locator.evaluate(watch, { settle: settleDurationMs, timeout }, { timeout });
    } catch (error) {
      // A page always has a root: one that does not even tell it in time has not settled.
      if (isPage && error.name === 'TimeoutError') return false;
      // A navigation takes the observer with it: the new document is watched instead.
      if (!/Execution context was destroyed|navigat/i.test(error.message)) throw error;
    }
  }
}

async function withDomSettledWait(callback, { page, source = page, settleDurationMs, timeoutInMs }) {
  const value = await callback(page);
  await waitForDomSettled({ source, settleDurationMs, timeoutInMs });
  return value;
}

module.exports = { watchNetwork, waitForDomSettled, withDomSettledWait, withNetworkSettledWait };

'use strict';
const { isPageLoaded } = require('./ai');
const { endpointFor } = require('./completion');
const { watchNetwork } = require('./settling');

const settleTimeoutMs = 10_000;
const settleQuietMs = 250;
const mostLooks = 4;
const lookDelayMs = 2_000;

/** Navigates with retries and waits for a settled network, so that what a page renders by script is there. */
async function goToUrl({ page, url, timeoutInMs = 30_000, retries = 3, throwOnTimeout = true, waitForLoadState = 'load',
  waitForLoadingStateUsingAi = false, model, apiKey }) {
  if (waitForLoadingStateUsingAi) endpointFor('goToUrl with waitForLoadingStateUsingAi', { model, apiKey });
  const attempts = Math.max(1, retries);
  for (let attempt = 1; ; attempt++) {
    const network = watchNetwork(page);
    try {
      await page.goto(url, { timeout: timeoutInMs, waitUntil: waitForLoadState });
      // Without a script on the page nothing can load or render later.
      const hasScripts = await page.evaluate(() => document.scripts.length > 0 || document.querySelector('iframe') !== null).catch(() => true);
      if (hasScripts) await network.settled(Math.min(timeoutInMs, settleTimeoutMs), settleQuietMs);
      if (waitForLoadingStateUsingAi) await looksLoaded(page, { model, apiKey });
      return;
    } catch (error) {
      const timedOut = error?.name === 'TimeoutError';
      if (page.isClosed() || attempt >= attempts || /invalid URL/i.test(String(error?.message))) {
        if (timedOut && !throwOnTimeout) return;
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, 500 * 2 ** (attempt - 1)));
    } finally {
      network.dispose();
    }
  }
}

/** Asks a model until it says that the page has loaded; a page that never looks so is not an error. */
async function looksLoaded(page, options) {
  for (let looks = 0; looks < mostLooks; looks++) {
    if (await isPageLoaded({ page, ...options })) return;
    await page.waitForTimeout(lookDelayMs);
  }
}

/** An absolute URL, from a base, from the site of a page, or from the link a locator stands for. */
async function resolveUrl({ url, baseUrl, page }) {
  if (typeof url !== 'string') {
    return url.evaluate(element => {
      const link = element.closest('a[href]') ?? element.querySelector('a[href]') ?? element;
      const href = link.getAttribute('href') ?? link.getAttribute('src');
      if (href === null) throw new Error('resolveUrl: the element has no href.');
      return new URL(href, document.baseURI).href;
    });
  }
  if (baseUrl === undefined && !page) throw new Error('resolveUrl needs a baseUrl or a page.');
  // With a page, a relative address starts at the site's root.
  return new URL(url, baseUrl ?? new URL(page.url()).origin).href;
}

module.exports = { goToUrl, resolveUrl };

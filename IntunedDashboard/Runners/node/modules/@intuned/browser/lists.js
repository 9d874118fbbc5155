'use strict';

const nothing = () => {};

/** Clicks a "load more" button until it is gone or disabled, the limit is reached, or the content stops growing. */
async function clickUntilExhausted({ page, buttonLocator, heartbeat = nothing, containerLocator, maxClicks = 50, clickDelay = 0.5,
  noChangeThreshold = 0 }) {
  const measure = () => containerLocator ? containerLocator.evaluate(element => element.childElementCount + element.innerHTML.length) : null;
  // Delays are seconds, as in the Python module; values no one would mean in seconds are taken as milliseconds.
  const delayMs = clickDelay >= 100 ? clickDelay : clickDelay * 1000;
  let size = await measure();
  for (let clicks = 0; clicks < maxClicks; clicks++) {
    await heartbeat();
    if (!await buttonLocator.isVisible() || !await buttonLocator.isEnabled()) return;
    await buttonLocator.click();
    await page.waitForTimeout(delayMs);
    if (size === null) continue;
    const now = await measure();
    if (Math.abs(now - size) <= noChangeThreshold) return;
    size = now;
  }
}

/** Scrolls down until the height stops growing or the limit is reached. */
async function scrollToLoadContent({ source, onScrollProgress = nothing, maxScrolls = 50, delayInMs = 100, minHeightChange = 100 }) {
  const isPage = typeof source.goto === 'function';
  const target = isPage ? source.locator(':root') : source;
  const scroll = () => target.evaluate((element, whole) => {
    const scrolled = whole ? document.scrollingElement ?? element : element;
    scrolled.scrollTo(0, scrolled.scrollHeight);
    return scrolled.scrollHeight;
  }, isPage);
  let height = -Infinity;
  for (let scrolls = 0; scrolls < maxScrolls; scrolls++) {
    await onScrollProgress();
    const now = await scroll();
    if (now - height < minHeightChange) return;
    height = now;
    await new Promise(resolve => setTimeout(resolve, delayInMs));
  }
}

module.exports = { clickUntilExhausted, scrollToLoadContent };

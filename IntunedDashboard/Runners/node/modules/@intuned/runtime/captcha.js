'use strict';

/** There is no captcha solver, so nothing is ever being solved: waiting ends after the settle period. */
async function waitForCaptchaSolve(page, { timeoutInMs = 10_000, settleDurationMs = 5_000 } = {}) {
  await page.waitForTimeout(Math.min(timeoutInMs, settleDurationMs));
}

/** Runs the action, waits for the network if asked, then for captchas; answers what the action answered. */
async function withWaitForCaptchaSolve(callback, { page, timeoutInMs = 10_000, settleDurationMs = 5_000, waitForNetworkSettled = true }) {
  const { withNetworkSettledWait } = require('../browser');
  const value = waitForNetworkSettled ? await withNetworkSettledWait(callback, { page, timeoutInMs }) : await callback(page);
  await waitForCaptchaSolve(page, { timeoutInMs, settleDurationMs });
  return value;
}

module.exports = { waitForCaptchaSolve, withWaitForCaptchaSolve };

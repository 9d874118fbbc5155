'use strict';

/** Downloads what a URL, a locator's click or a callback delivers. A URL that would be shown in the browser is saved as well. */
async function downloadFile({ page, trigger, timeoutInMs = 5_000 }) {
  const timeout = timeoutInMs ?? 30_000;
  if (typeof trigger !== 'string') {
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout }),
      typeof trigger === 'function' ? trigger(page) : trigger.click({ timeout }),
    ]);
    return download;
  }
  const url = new URL(trigger, page.url() === 'about:blank' ? undefined : page.url()).href;
  const opened = await page.context().newPage();
  try {
    await opened.route(url, async route => {
      const response = await route.fetch({ timeout });
      const headers = { ...response.headers() };
      if (!/attachment/i.test(headers['content-disposition'] ?? '')) headers['content-disposition'] = 'attachment';
      await route.fulfill({ response, headers });
    });
    const [download] = await Promise.all([
      opened.waitForEvent('download', { timeout }),
      opened.goto(url, { timeout }).catch(error => {
        if (!/Download is starting|ERR_ABORTED/.test(error.message)) throw error;
      }),
    ]);
    await download.path();
    return download;
  } finally {
    await opened.close();
  }
}

module.exports = { downloadFile };

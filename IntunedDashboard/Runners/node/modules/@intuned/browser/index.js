'use strict';
const { clickUntilExhausted, scrollToLoadContent } = require('./lists');
const { filterEmptyValues, processDate, sanitizeHtml } = require('./data');
const { goToUrl, resolveUrl } = require('./navigation');
const { waitForDomSettled, withDomSettledWait, withNetworkSettledWait } = require('./settling');
const { downloadFile } = require('./downloads');

const unavailable = (name, what) => async () => {
  throw new Error(`${name} is not available: ${what}`);
};
const noBucket = 'this platform has no storage bucket for automations.';

module.exports = {
  clickUntilExhausted, downloadFile, filterEmptyValues, goToUrl, processDate, resolveUrl, sanitizeHtml, scrollToLoadContent,
  waitForDomSettled, withDomSettledWait, withNetworkSettledWait,
  saveFileToS3: unavailable('saveFileToS3', noBucket),
  uploadFileToS3: unavailable('uploadFileToS3', noBucket),
  extractMarkdown: unavailable('extractMarkdown', 'this version of the platform cannot turn pages into Markdown.'),
  validateDataUsingSchema: () => {
    throw new Error('validateDataUsingSchema is not available: this version of the platform does not check JSON schemas.');
  },
};

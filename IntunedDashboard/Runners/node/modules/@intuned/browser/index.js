'use strict';
const { Attachment, saveFileToS3, uploadFileToS3 } = require('./attachments');
const { clickUntilExhausted, scrollToLoadContent } = require('./lists');
const { filterEmptyValues, processDate, sanitizeHtml } = require('./data');
const { goToUrl, resolveUrl } = require('./navigation');
const { waitForDomSettled, withDomSettledWait, withNetworkSettledWait } = require('./settling');
const { downloadFile } = require('./downloads');

const unavailable = (name, what) => async () => {
  throw new Error(`${name} is not available: ${what}`);
};

module.exports = {
  Attachment, saveFileToS3, uploadFileToS3, clickUntilExhausted, downloadFile, filterEmptyValues, goToUrl, processDate, resolveUrl, sanitizeHtml, scrollToLoadContent,
  waitForDomSettled, withDomSettledWait, withNetworkSettledWait,
  extractMarkdown: unavailable('extractMarkdown', 'this version of the platform cannot turn pages into Markdown.'),
  validateDataUsingSchema: () => {
    throw new Error('validateDataUsingSchema is not available: this version of the platform does not check JSON schemas.');
  },
};

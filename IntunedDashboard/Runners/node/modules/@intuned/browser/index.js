'use strict';
const { Attachment, saveFileToS3, uploadFileToS3 } = require('./attachments');
const { filterEmptyValues, processDate, sanitizeHtml } = require('./data');
const { downloadFile } = require('./downloads');
const { clickUntilExhausted, scrollToLoadContent } = require('./lists');
const { extractMarkdown } = require('./markdown');
const { goToUrl, resolveUrl } = require('./navigation');
const { ValidationError, validateDataUsingSchema } = require('./schema');
const { waitForDomSettled, withDomSettledWait, withNetworkSettledWait } = require('./settling');

module.exports = {
  Attachment, ValidationError, clickUntilExhausted, downloadFile, extractMarkdown, filterEmptyValues, goToUrl, processDate, resolveUrl,
  sanitizeHtml, saveFileToS3, scrollToLoadContent, uploadFileToS3, validateDataUsingSchema, waitForDomSettled, withDomSettledWait,
  withNetworkSettledWait,
};

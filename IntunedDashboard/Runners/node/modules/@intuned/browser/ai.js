'use strict';

const unavailable = name => async () => {
  throw new Error(`${name} is not available: no AI endpoint is configured on this platform.`);
};

module.exports = { extractStructuredData: unavailable('extractStructuredData'), isPageLoaded: unavailable('isPageLoaded') };

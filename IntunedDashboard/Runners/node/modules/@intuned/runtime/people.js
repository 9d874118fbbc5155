'use strict';
const { RunError, attempt } = require('./current');

const longestTimeout = 30 * 60_000;
const reasons = { 'human-request-timed-out': 'timed-out', 'human-request-declined': 'declined' };

/** Nobody did what was asked for. */
class HumanRequestError extends RunError {
  constructor(message, reason) {
    super(message);
    this.name = 'HumanRequestError';
    this.reason = reason;
  }
}

/** Shows a message to the people of the dashboard and waits until one of them answers. The attempt's time limit stands still meanwhile. */
async function requestHuman(request) {
  const current = attempt('requestHuman');
  if (typeof request !== 'object' || request === null) throw new RunError('requestHuman takes { message, fields, timeout }.');
  const { message, fields, timeout } = request;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 1000 && timeout <= longestTimeout)) {
    throw new RunError(`requestHuman: timeout must be from 1000 to ${longestTimeout} milliseconds.`);
  }
  try {
    const timeoutSeconds = timeout === undefined ? undefined : timeout / 1000;
    return await current.call('human.request', { message, fields, timeoutSeconds });
  } catch (error) {
    // Thrown anew, so that the stack leads to the automation's own line.
    throw error.code in reasons ? new HumanRequestError(error.message, reasons[error.code]) : new RunError(`requestHuman: ${error.message}`);
  }
}

module.exports = { HumanRequestError, requestHuman };

'use strict';

function attempt(name) {
  const current = globalThis[Symbol.for('intuned.attempt')];
  if (!current) throw new Error(`${name} can only be called while an automation runs.`);
  return current;
}

/** Thrown by an automation to fail its attempt with a message of its own. */
class RunError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'RunError';
  }
}

function extendPayload(payload) {
  const current = attempt('extendPayload');
  const payloads = Array.isArray(payload) ? payload : [payload];
  for (const item of payloads) {
    if (typeof item?.api !== 'string' || item.api === '') {
      throw new RunError('extendPayload needs { api, parameters }: api is the name of an API of this project.');
    }
    if (item.parameters !== undefined && (typeof item.parameters !== 'object' || item.parameters === null)) {
      throw new RunError(`extendPayload: the parameters for ${item.api} must be an object.`);
    }
  }
  for (const item of payloads) current.addPayload(item.api, item.parameters);
}

function extendTimeout() {
  attempt('extendTimeout').extend();
}

const attemptStore = {
  get: key => attempt('attemptStore.get').store.get(key),
  set: (key, value) => {
    attempt('attemptStore.set').store.set(key, value);
  },
};

function unavailable(name, what) {
  return async () => {
    throw new RunError(`${name} is not available: ${what}`);
  };
}

const persistentStore = {
  get: unavailable('persistentStore.get', 'this platform has no key-value store for automations.'),
  set: unavailable('persistentStore.set', 'this platform has no key-value store for automations.'),
};

const getAiGatewayConfig = unavailable('getAiGatewayConfig', 'no AI endpoint is configured on this platform.');

function getExecutionContext() {
  return globalThis[Symbol.for('intuned.attempt')]?.context;
}

async function getAuthSessionParameters() {
  const { sessionParameters } = attempt('getAuthSessionParameters');
  if (sessionParameters === undefined || sessionParameters === null) throw new RunError('AuthSessions are not enabled: this Run has no AuthSession.');
  return structuredClone(sessionParameters);
}

/** There is no captcha solver, so nothing is ever being solved: waiting ends after the settle period. */
async function waitForCaptchaSolve(page, { timeoutInMs = 10_000, settleDurationMs = 5_000 } = {}) {
  await page.waitForTimeout(Math.min(timeoutInMs, settleDurationMs));
}

async function withWaitForCaptchaSolve(callback, { page, timeoutInMs, settleDurationMs, waitForNetworkSettled = true }) {
  const { withNetworkSettledWait } = require('../browser');
  const value = waitForNetworkSettled ? await withNetworkSettledWait(callback, { page, timeoutInMs }) : await callback(page);
  await waitForCaptchaSolve(page, { timeoutInMs, settleDurationMs });
  return value;
}

module.exports = {
  RunError, attemptStore, extendPayload, extendTimeout, getAiGatewayConfig, getAuthSessionParameters, getExecutionContext,
  persistentStore, waitForCaptchaSolve, withWaitForCaptchaSolve,
};

'use strict';
const { waitForCaptchaSolve, withWaitForCaptchaSolve } = require('./captcha');
const { RunError, attempt } = require('./current');
const { HumanRequestError, requestHuman } = require('./people');
const { persistentStore } = require('./persistent');
const { totp } = require('./totp');

function extendPayload(payload) {
  const current = attempt('extendPayload');
  current.addPayloads((Array.isArray(payload) ? payload : [payload]).map(encodePayload));
}

function encodePayload(payload) {
  if (typeof payload?.api !== 'string' || payload.api === '') {
    const hint = payload?.apiName === undefined ? '' : ' Here the key is "api", not "apiName".';
    throw new RunError(`extendPayload takes { api, parameters }, where api is the name of an API of this project.${hint}`);
  }
  const { api, parameters = {} } = payload;
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new RunError(`extendPayload: the parameters for ${api} must be an object.`);
  }
  try {
    return { api, parameters: JSON.stringify(parameters) };
  } catch (error) {
    throw new RunError(`extendPayload: the parameters for ${api} cannot be written as JSON: ${error.message}`);
  }
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

function getExecutionContext() {
  const { context } = attempt.current() ?? {};
  return context && { ...context };
}

async function getAuthSessionParameters() {
  const { sessionParameters } = attempt('getAuthSessionParameters');
  if (sessionParameters === undefined || sessionParameters === null) {
    throw new RunError('AuthSessions are not enabled: this Run has no AuthSession.');
  }
  return structuredClone(sessionParameters);
}

async function getAiGatewayConfig() {
  const { ai } = attempt('getAiGatewayConfig');
  if (!ai) {
    throw new RunError('getAiGatewayConfig: no AI endpoint is configured on this platform. Its operator sets AiGateway:BaseUrl and AiGateway:ApiKey.');
  }
  return { baseUrl: ai.baseUrl, apiKey: ai.apiKey };
}

module.exports = {
  HumanRequestError, RunError, attemptStore, extendPayload, extendTimeout, getAiGatewayConfig, getAuthSessionParameters, getExecutionContext,
  persistentStore, requestHuman, totp, waitForCaptchaSolve, withWaitForCaptchaSolve,
};

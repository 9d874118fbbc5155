'use strict';
const { RunError, attempt } = require('../runtime/current');

const timeoutMs = 120_000;
const ownEndpoint = 'https://api.openai.com/v1';

/** Where to ask: the platform's endpoint, or with a key of the automation's own the one that key is for. */
function endpointFor(caller, { model, apiKey }) {
  const { ai } = attempt(caller);
  const key = apiKey || ai?.apiKey || process.env.OPENAI_API_KEY;
  if (!ai && !key) {
    throw new RunError(`${caller} is not available: no AI endpoint is configured on this platform. Its operator sets AiGateway:BaseUrl and AiGateway:ApiKey.`);
  }
  return { url: ai?.baseUrl ?? process.env.OPENAI_BASE_URL ?? ownEndpoint, key, model: model || ai?.model || 'gpt-5-mini' };
}

/** Asks a model and answers the text it wrote. */
async function complete(caller, options, messages, schema) {
  const endpoint = endpointFor(caller, options);
  const format = schema && { type: 'json_schema', json_schema: { name: 'result', schema, strict: false } };
  let response = await post(caller, endpoint, messages, format);
  // Not every endpoint knows schemas; the question itself holds it as well.
  if (format && response.status === 400) response = await post(caller, endpoint, messages, undefined);
  const body = await response.text();
  let said;
  try {
    said = JSON.parse(body);
  } catch {
    said = {};
  }
  if (!response.ok) {
    throw new RunError(`${caller}: the AI endpoint answered with status ${response.status}${said.error?.message ? `: ${said.error.message}` : ''}.`);
  }
  const content = said.choices?.[0]?.message?.content;
  if (typeof content !== 'string') throw new RunError(`${caller}: the AI endpoint gave no answer: ${said.choices?.[0]?.message?.refusal ?? 'its reply has no text'}.`);
  return content;
}

async function post(caller, { url, key, model }, messages, format) {
  try {
    return await fetch(`${url.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, messages, ...(format && { response_format: format }) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new RunError(`${caller}: the AI endpoint could not be reached: ${error.cause?.message ?? error.message}`, { cause: error });
  }
}

module.exports = { complete, endpointFor };

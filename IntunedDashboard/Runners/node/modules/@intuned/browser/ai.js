'use strict';
const crypto = require('node:crypto');
const { RunError, attempt } = require('../runtime/current');
const { complete, endpointFor } = require('./completion');
const { sanitizeHtml } = require('./data');
const { extractMarkdown } = require('./markdown');
const { findFaults } = require('./schema');
const { isZod, toJsonSchema } = require('./zod');

const maxSourceCharacters = 400_000;

/** Reads data of the given schema out of a page, an element, or content the automation has at hand. */
async function extractStructuredData(options) {
  const { source, dataSchema, prompt, strategy = 'HTML', enableCache = true, maxRetries = 3 } = options;
  if (typeof dataSchema !== 'object' || dataSchema === null) throw new RunError('extractStructuredData: dataSchema must be a zod schema or a JSON schema.');
  if (!['HTML', 'MARKDOWN', 'IMAGE'].includes(strategy)) throw new RunError(`extractStructuredData: strategy must be HTML, MARKDOWN or IMAGE, not ${strategy}.`);
  const { model } = endpointFor('extractStructuredData', options);
  const schema = isZod(dataSchema) ? toJsonSchema(dataSchema) : dataSchema;
  const messages = [
    { role: 'system', content: 'You extract data. Answer with one JSON value that follows the given JSON schema and nothing else. '
      + 'Take values from the content only; use null, or leave optional fields out, for what is not there.' },
    { role: 'user', content: [
      { type: 'text', text: `${prompt ? `${prompt}\n\n` : ''}JSON schema:\n${JSON.stringify(schema)}\n\nContent:` },
      ...await contentOf(source, strategy),
    ] },
  ];
  const cacheKey = enableCache ? `ai-extract-${crypto.createHash('sha256').update(JSON.stringify([model, messages])).digest('hex')}` : undefined;
  const cached = cacheKey && await store('store.get', { key: cacheKey });
  if (cached?.value !== undefined) {
    const known = check(JSON.stringify(cached.value), dataSchema);
    if (!known.fault) return known.value;
  }
  for (let tries = 0; ; tries++) {
    const text = await complete('extractStructuredData', options, messages, schema);
    const { value, raw, fault } = check(text, dataSchema);
    if (!fault) {
      if (cacheKey) await store('store.set', { key: cacheKey, value: raw });
      return value;
    }
    if (tries >= maxRetries) throw new RunError(`extractStructuredData: the model's answer does not match the schema after ${tries + 1} attempts: ${fault}`);
    messages.push({ role: 'assistant', content: text }, { role: 'user', content: `That answer does not match the schema: ${fault}. Answer again.` });
  }
}

/** The cache is a convenience: where nothing can be kept, the model is asked again. */
async function store(method, args) {
  try {
    return await attempt('extractStructuredData').call(method, args);
  } catch {
    return undefined;
  }
}

function check(text, schema) {
  let raw;
  try {
    raw = JSON.parse(text.trim().replace(/^```(?:json)?\s*|\s*```$/g, ''));
  } catch (error) {
    return { fault: `it is no JSON (${error.message})` };
  }
  if (isZod(schema)) {
    const parsed = schema.safeParse(raw);
    return parsed.success ? { value: parsed.data, raw } : { fault: parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ') };
  }
  const faults = findFaults(raw, schema);
  return faults.length ? { fault: faults.map(f => `${f.path} ${f.message}`.trim()).join('; ') } : { value: raw, raw };
}

async function contentOf(source, strategy) {
  if (Array.isArray(source)) return (await Promise.all(source.map(item => contentOf(item, strategy)))).flat();
  if (typeof source === 'string') return [text(source)];
  if (typeof source?.type === 'string' && 'data' in source) return [item(source)];
  if (typeof source?.screenshot !== 'function') throw new RunError('extractStructuredData: source must be a page, a locator, or content { type, data }.');
  const isPage = typeof source.goto === 'function';
  if (strategy === 'IMAGE') return [image(await source.screenshot({ type: 'png', ...(isPage && { fullPage: true }) }), 'png')];
  if (strategy === 'MARKDOWN') return [text(await extractMarkdown({ source }))];
  const html = isPage ? await source.content() : await source.evaluate(element => element.outerHTML);
  return [text(sanitizeHtml({ html }))];
}

function item({ type, data, image_type: imageType }) {
  switch (type) {
    case 'text': return text(String(data));
    case 'image-url': return { type: 'image_url', image_url: { url: String(data) } };
    case 'image-buffer': return image(data, imageType ?? 'png');
    default: throw new RunError(`extractStructuredData: content of type ${type} is not known; it may be text, image-url or image-buffer.`);
  }
}

function text(content) {
  return { type: 'text', text: content.length > maxSourceCharacters ? content.slice(0, maxSourceCharacters) : content };
}

function image(bytes, type) {
  return { type: 'image_url', image_url: { url: `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}` } };
}

/** Whether the page looks finished to a model that sees it. */
async function isPageLoaded({ page, timeoutInMs = 10_000, model, apiKey }) {
  endpointFor('isPageLoaded', { model, apiKey });
  const picture = await page.screenshot({ type: 'jpeg', quality: 60, timeout: timeoutInMs });
  const answer = await complete('isPageLoaded', { model, apiKey }, [
    { role: 'system', content: 'You see a screenshot of a web page. Answer with the one word "true" when the page has finished loading, and "false" '
      + 'when it is blank, or shows a loading indicator, a spinner or placeholders.' },
    { role: 'user', content: [{ type: 'text', text: 'Has this page finished loading?' }, image(picture, 'jpeg')] },
  ]);
  return /\btrue\b/i.test(answer);
}

module.exports = { extractStructuredData, isPageLoaded };

'use strict';
const fs = require('node:fs');
const module_ = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { stripVTControlCharacters } = require('node:util');

const maxMessage = 16_000;
const runnerRoot = path.join(__dirname, '..') + path.sep;

const connectionErrors = new RegExp('net::ERR_(CONNECTION_|NAME_|ADDRESS_|INTERNET_DISCONNECTED|NETWORK_|PROXY_|TUNNEL_|SOCKS_|'
  + 'TIMED_OUT|EMPTY_RESPONSE|SSL_|CERT_|DNS_|HTTP2_|QUIC_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)|'
  + '\\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)\\b');

/** Whether the site or proxy could not be reached at all. */
function isConnectionFailure(error) {
  for (let current = error, depth = 0; current && depth < 5; current = current.cause, depth++) {
    if (connectionErrors.test(typeof current === 'string' ? current : `${current.code ?? ''} ${current.message ?? ''}`)) return true;
  }
  return false;
}

/** An error as a person wants to read it: the project's own files and lines, without the engine's frames. */
function describeError(thrown, buildDirectory) {
  const error = thrown instanceof Error || typeof thrown?.message === 'string' ? thrown : new NotAnError(thrown);
  const message = clean(String(error.message || error.name || 'The automation threw an error without a message.'));
  const described = { message, errorType: error instanceof NotAnError ? typeof thrown : error.name || error.constructor?.name };
  if (error instanceof NotAnError) return described;
  try {
    Object.assign(described, describeStack(clean(String(error.stack ?? '')), message, buildDirectory));
  } catch {
    // A stack in a form of its own says nothing we could improve.
  }
  return described;
}

class NotAnError extends Error {
  constructor(value) {
    let text;
    try {
      text = typeof value === 'string' ? value : JSON.stringify(value);
    } catch {
      text = String(value);
    }
    super(`The automation threw a value that is no error: ${text}`);
  }
}

function describeStack(stack, message, buildDirectory) {
  const sources = projectSources(buildDirectory);
  const at = stack.search(/^ {4}at /m);
  const head = at < 0 ? stack : stack.slice(0, at);
  const frames = at < 0 ? [] : stack.slice(at).split('\n').filter(line => line.startsWith('    at '));
  const shown = [];
  let first;
  for (const line of frames) {
    const place = parseFrame(line);
    if (!place || place.file.startsWith('node:') || place.file.startsWith(runnerRoot) || /[\\/]\.playwright[\\/]/.test(place.file)) continue;
    const source = sources.find(place.file);
    if (!source) {
      shown.push(line);
      continue;
    }
    shown.push(line.replace(place.raw, source.name));
    if (!first && !source.name.includes('node_modules/')) {
      first = { file: source.name, line: place.line, sourceLine: source.text()?.split('\n')[place.line - 1]?.trim() || undefined };
    }
  }
  return { stack: [head.trimEnd() || message, ...shown].join('\n'), ...first };
}

function parseFrame(line) {
  const match = /\(?((?:file:\/\/)?(?:[A-Za-z]:)?[^\s()]*[^():]*):(\d+):(\d+)\)?$/.exec(line.replace(/^ {4}at (?:async )?/, '').replace(/^.*\((?=[^()]*\)$)/, '('));
  if (!match) return undefined;
  const raw = match[1];
  return { raw, file: raw.startsWith('file:') ? fileURLToPath(raw) : raw, line: Number(match[2]) };
}

/** Finds a project file by the name a stack has for it: compiled files by their path, originals by their source map. */
function projectSources(buildDirectory) {
  const root = buildDirectory + path.sep;
  const originals = new Map();
  for (const file of Object.keys(require.cache)) {
    if (!file.startsWith(root)) continue;
    const map = module_.findSourceMap(file);
    (map?.payload.sources ?? []).forEach((source, index) => {
      const full = resolveSource(file, map.payload.sourceRoot, source);
      const compiled = path.relative(buildDirectory, file);
      const name = compiled.slice(0, -path.extname(compiled).length) + path.extname(source);
      originals.set(full, { name: slashes(name), text: () => map.payload.sourcesContent?.[index] ?? read(full) });
    });
  }
  return {
    find(file) {
      const original = originals.get(file);
      if (original) return original;
      return file.startsWith(root) ? { name: slashes(path.relative(buildDirectory, file)), text: () => read(file) } : undefined;
    },
  };
}

function resolveSource(file, sourceRoot, source) {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return path.resolve(path.dirname(file), sourceRoot ?? '', source);
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function slashes(name) {
  return name.split(path.sep).join('/');
}

function clean(text) {
  const plain = stripVTControlCharacters(text);
  return plain.length > maxMessage ? plain.slice(0, maxMessage) : plain;
}

module.exports = { describeError, isConnectionFailure };

'use strict';
const diagnostics = require('node:diagnostics_channel');
const { setTimeout: wait } = require('node:timers/promises');

const builtIns = [
  globalThis, console, process, require('node:module'), require('node:fs'), require('node:fs/promises'), require('node:http'), require('node:https'),
  JSON, Math, Reflect, Object, Array, String, Number, Promise, RegExp, Date, Error, Map, Set,
  ...[Object, Array, String, Number, Promise, RegExp, Date, Error, Map, Set, Function].map(type => type.prototype),
];

/**
 * Decides whether this process may serve another attempt of the same deployment: only when the last one left nothing behind.
 */
class Housekeeping {
  #resolution;
  #environment = { ...process.env };
  #functions = builtIns.map(functionsOf);
  #globals = new Set(Reflect.ownKeys(globalThis));
  #listeners = countListeners();
  #prepareStackTrace = Error.prepareStackTrace;
  #hadChildren = false;

  constructor(resolution) {
    this.#resolution = resolution;
    diagnostics.subscribe('child_process', () => { this.#hadChildren = true; });
  }

  begin(message) {
    Object.assign(process.env, message.environment);
    process.chdir(message.buildDirectory);
  }

  /** Playwright removes files of its own when a browser has gone: what ends by itself within a second is no leftover. */
  async settled() {
    for (let left = 100; left > 0 && openHandle()?.startsWith('FSReq'); left--) await wait(10, undefined, { ref: false });
  }

  /** What was left behind, or null. */
  leftovers() {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#environment)) delete process.env[name];
    }
    Object.assign(process.env, this.#environment);
    if (this.#hadChildren) return 'child processes';
    if (!this.#resolution.forgetUserModules()) return 'ES modules stay loaded';
    const added = Reflect.ownKeys(globalThis).find(key => !this.#globals.has(key));
    if (added !== undefined) return `a global: ${String(added)}`;
    for (const [index, functions] of this.#functions.entries()) {
      const changed = functions.find(([key, value]) => builtIns[index][key] !== value);
      if (changed) return `a changed built-in: ${String(changed[0])}`;
    }
    if (Error.prepareStackTrace !== this.#prepareStackTrace) return 'a changed built-in: prepareStackTrace';
    if (countListeners() !== this.#listeners) return 'process listeners';
    const open = openHandle();
    return open ? `open ${open}` : null;
  }
}

/** The one socket is the connection to the browser, the pipes are the protocol's. */
function openHandle() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.keys(counts).find(kind => kind !== 'PipeWrap' && !(kind === 'TCPSocketWrap' && counts[kind] === 1));
}

/** Only what is there as a value: Node replaces some getters of its own when they are first read. */
function functionsOf(owner) {
  return Reflect.ownKeys(owner)
    .map(key => [key, Object.getOwnPropertyDescriptor(owner, key).value])
    .filter(([, value]) => typeof value === 'function');
}

function countListeners() {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

module.exports = { Housekeeping };

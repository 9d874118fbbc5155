'use strict';
const diagnostics = require('node:diagnostics_channel');

/**
 * Decides whether this process may serve another attempt of the same deployment: only when the last one left nothing behind.
 */
class Housekeeping {
  #resolution;
  #environment = { ...process.env };
  #baseline;
  #hadChildren = false;

  constructor(resolution) {
    this.#resolution = resolution;
    diagnostics.subscribe('child_process', () => { this.#hadChildren = true; });
  }

  begin(message) {
    Object.assign(process.env, message.environment);
    process.chdir(message.buildDirectory);
    this.#baseline = { globals: new Set(Reflect.ownKeys(globalThis)), listeners: countListeners() };
  }

  /** What was left behind, or null. */
  leftovers() {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#environment)) delete process.env[name];
    }
    Object.assign(process.env, this.#environment);
    if (this.#hadChildren) return 'child processes';
    if (!this.#resolution.forgetUserModules()) return 'ES modules stay loaded';
    const added = Reflect.ownKeys(globalThis).find(key => !this.#baseline.globals.has(key));
    if (added !== undefined) return `a global: ${String(added)}`;
    if (countListeners() !== this.#baseline.listeners) return 'process listeners';
    const counts = {};
    for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
    // The one socket is the connection to the browser, the pipes are the protocol's.
    const open = Object.keys(counts).find(kind => kind !== 'PipeWrap' && !(kind === 'TCPSocketWrap' && counts[kind] === 1));
    return open ? `open ${open}` : null;
  }
}

function countListeners() {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

module.exports = { Housekeeping };

'use strict';
const { Console } = require('node:console');
const { Writable } = require('node:stream');
const util = require('node:util');

const maxCharacters = 4 * 1024 * 1024;
const maxEntries = 20_000;
const maxEntryCharacters = 64 * 1024;

/**
 * Turns everything user code prints into log messages within a budget. What is beyond the budget is counted, not sent: an
 * automation that prints in a loop must not fill the log's disk.
 */
class Output {
  #channel;
  #characters = 0;
  #entries = 0;
  #droppedEntries = 0;
  #droppedCharacters = 0;

  constructor(channel) {
    this.#channel = channel;
    for (const name of ['stdout', 'stderr']) {
      const stream = this.#stream(name);
      Object.defineProperty(process, name, { configurable: true, get: () => stream });
    }
    const base = new Console({ stdout: process.stdout, stderr: process.stderr });
    const replaced = new Console({ stdout: process.stdout, stderr: process.stderr });
    let group = '';
    const entry = level => (...args) => this.#log(level, util.format(...args), group);
    Object.assign(replaced, {
      log: entry('info'), info: entry('info'), debug: entry('debug'), warn: entry('warn'), error: entry('error'),
      trace: (...args) => {
        const at = {};
        Error.captureStackTrace(at, replaced.trace);
        this.#log('debug', `Trace: ${util.format(...args)}\n${String(at.stack).split('\n').slice(1).join('\n')}`, group);
      },
      dir: (value, options) => this.#log('info', util.inspect(value, { customInspect: false, ...options }), group),
      group: (...args) => {
        if (args.length) this.#log('info', util.format(...args), group);
        group += '  ';
      },
      groupEnd: () => { group = group.slice(2); },
      assert: (condition, ...args) => {
        if (!condition) this.#log('error', args.length ? `Assertion failed: ${util.format(...args)}` : 'Assertion failed', group);
      },
    });
    replaced.groupCollapsed = replaced.group;
    replaced.dirxml = replaced.log;
    for (const name of Object.keys(replaced)) {
      if (typeof base[name] === 'function' || name in console) console[name] = replaced[name];
    }
  }

  begin() {
    this.#characters = this.#entries = this.#droppedEntries = this.#droppedCharacters = 0;
  }

  /** What was left out since begin, or undefined. */
  end() {
    return this.#droppedEntries ? { entries: this.#droppedEntries, characters: this.#droppedCharacters } : undefined;
  }

  /** A line the engine has to say; outside the budget. */
  engine(level, text) {
    this.#channel.send({ type: 'log', time: Date.now(), level, text });
  }

  #log(level, text, group) {
    if (group) text = text.replace(/^/gm, group);
    if (this.#admit(text)) this.#channel.send({ type: 'log', time: Date.now(), level, ...shorten(text) });
  }

  #admit(text) {
    if (this.#entries >= maxEntries || this.#characters >= maxCharacters) {
      this.#droppedEntries++;
      this.#droppedCharacters += text.length;
      return false;
    }
    this.#entries++;
    this.#characters += Math.min(text.length, maxEntryCharacters);
    return true;
  }

  #stream(name) {
    const stream = new Writable({
      decodeStrings: false,
      write: (chunk, encoding, done) => {
        const text = typeof chunk === 'string' ? chunk : chunk.toString('utf8');
        for (let from = 0; from < text.length; from += maxEntryCharacters) {
          const part = text.slice(from, from + maxEntryCharacters);
          if (this.#admit(part)) this.#channel.send({ type: 'output', time: Date.now(), stream: name, text: part });
        }
        done();
      },
    });
    return Object.assign(stream, { fd: name === 'stdout' ? 1 : 2, isTTY: false, columns: 120 });
  }
}

function shorten(text) {
  return text.length > maxEntryCharacters ? { text: text.slice(0, maxEntryCharacters), cut: text.length - maxEntryCharacters } : { text };
}

module.exports = { Output };

'use strict';
const fs = require('node:fs');
const { Readable } = require('node:stream');

/**
 * Lines of JSON: in by stdin, out by a descriptor of its own. Writes are synchronous, so that everything sent is out before the
 * process ends, however it ends.
 */
class Channel {
  #fd;
  #closed = false;

  constructor(fd) {
    this.#fd = fd;
  }

  send(message) {
    if (this.#closed) return;
    const bytes = Buffer.from(JSON.stringify(message) + '\n');
    for (let offset = 0; offset < bytes.length;) {
      try {
        offset += fs.writeSync(this.#fd, bytes, offset);
      } catch (error) {
        if (error.code === 'EAGAIN') {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
          continue;
        }
        this.#closed = true;
        return;
      }
    }
  }

  /** Takes stdin over; user code finds an empty one. */
  listen(onMessage, onEnd) {
    const input = process.stdin;
    Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([]) });
    let pieces = [];
    input.on('data', chunk => {
      let from = 0;
      for (let end; (end = chunk.indexOf(10, from)) >= 0; from = end + 1) {
        pieces.push(chunk.subarray(from, end));
        const line = Buffer.concat(pieces).toString('utf8');
        pieces = [];
        if (line.trim()) onMessage(JSON.parse(line));
      }
      if (from < chunk.length) pieces.push(chunk.subarray(from));
    });
    input.on('end', onEnd);
    input.on('close', onEnd);
    input.on('error', onEnd);
  }
}

module.exports = { Channel };

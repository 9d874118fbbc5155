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
    this.#closed = !write(this.#fd, Buffer.from(JSON.stringify(message) + '\n'));
  }

  /** Tells the server that what was printed until now is complete. */
  markEndOfOutput() {
    write(2, Buffer.from('\x1eend of attempt\x1e\n'));
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

/** Whether all of it went out. */
function write(fd, bytes) {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += fs.writeSync(fd, bytes, offset);
    } catch (error) {
      if (error.code !== 'EAGAIN') return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}

module.exports = { Channel };

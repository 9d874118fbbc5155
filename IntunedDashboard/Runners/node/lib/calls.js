'use strict';

// Numbers go on over all attempts of the process, so that a late answer to an earlier one finds nobody.
let last = 0;

/** Questions of the automation to the server, and their answers. */
class Calls {
  #channel;
  #open = new Map();
  #over = false;

  constructor(channel) {
    this.#channel = channel;
  }

  call(method, args) {
    if (this.#over) return Promise.reject(new Error(`${method} was called after the end of the attempt.`));
    const id = ++last;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#channel.send({ type: 'call', id, method, arguments: args });
    });
  }

  answer({ id, value, error }) {
    const asked = this.#open.get(id);
    if (!asked) return;
    this.#open.delete(id);
    if (error) asked.reject(Object.assign(new Error(error.message), error.code && { code: error.code }));
    else asked.resolve(value);
  }

  /** What is still open will not be answered. */
  end() {
    this.#over = true;
    for (const { reject } of this.#open.values()) reject(new Error('The attempt ended before the platform had answered.'));
    this.#open.clear();
  }
}

module.exports = { Calls };

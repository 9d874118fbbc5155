'use strict';

/** Thrown by an automation to fail its attempt with a message of its own. */
class RunError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'RunError';
  }
}

/** What the runner offers the attempt that runs now. */
function attempt(caller) {
  const current = attempt.current();
  if (!current) throw new Error(`${caller} can only be called while an automation runs.`);
  return current;
}

attempt.current = () => globalThis[Symbol.for('intuned.attempt')];

module.exports = { RunError, attempt };

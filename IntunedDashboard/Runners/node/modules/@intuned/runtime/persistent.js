'use strict';
const { RunError, attempt } = require('./current');

/** Named and shaped like the error of the schema library, which automations may look for. */
class KeyError extends Error {
  constructor(key, message) {
    super(message);
    this.name = 'ZodError';
    this.issues = this.errors = [{ code: 'custom', path: ['key'], message, received: typeof key }];
  }
}

function checked(key) {
  if (typeof key !== 'string') throw new KeyError(key, 'The key must be a string.');
  if (key.length < 1) throw new KeyError(key, 'The key must have at least 1 character.');
  if (/[:#]/.test(key)) throw new KeyError(key, `The key must not contain ":" or "#": ${key}`);
  return key;
}

/** Values that outlive an attempt, shared by all Runs of the project. */
const persistentStore = {
  async get(key) {
    const { value } = await attempt('persistentStore.get').call('store.get', { key: checked(key) });
    return value;
  },
  async set(key, value) {
    const current = attempt('persistentStore.set');
    checked(key);
    let text;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      throw new RunError(`persistentStore.set: the value for ${key} cannot be written as JSON: ${error.message}`);
    }
    if (text === undefined) throw new RunError(`persistentStore.set: the value for ${key} must be a JSON value, not ${typeof value}.`);
    await current.call('store.set', { key, value: JSON.parse(text) });
  },
};

module.exports = { persistentStore };

'use strict';
const { createHmac } = require('node:crypto');
const { RunError, attempt } = require('./current');

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const algorithms = ['SHA1', 'SHA256', 'SHA512'];

/** The code an authenticator app shows (RFC 6238). */
function totp(secret, options = {}) {
  const given = fromUri(secret);
  const { digits = 6, period = 30, algorithm = 'SHA1', time = Date.now() } = { ...given, ...options };
  if (!Number.isInteger(digits) || digits < 6 || digits > 10) throw new RunError('totp: digits must be from 6 to 10.');
  if (!Number.isInteger(period) || period < 1 || period > 3600) throw new RunError('totp: period must be from 1 to 3600 seconds.');
  const hash = String(algorithm).toUpperCase().replace('-', '');
  if (!algorithms.includes(hash)) throw new RunError(`totp: algorithm must be ${algorithms.join(', ')}.`);
  const milliseconds = Number(time);
  if (!Number.isFinite(milliseconds) || milliseconds < 0) throw new RunError('totp: time must be a Date, or milliseconds since 1970.');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(milliseconds / 1000 / period)));
  const mac = createHmac(hash, base32(given.secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff;
  const code = String(number % 10 ** digits).padStart(digits, '0');
  attempt.current()?.learn([code]);
  return code;
}

/** What a QR code holds: otpauth://totp/NAME?secret=...&digits=6&period=30&algorithm=SHA1 */
function fromUri(secret) {
  if (typeof secret !== 'string') throw new RunError('totp: the secret must be a string.');
  if (!/^\s*otpauth:/i.test(secret)) return { secret };
  let address;
  try {
    address = new URL(secret.trim());
  } catch {
    throw new RunError('totp: the secret is no valid otpauth:// address.');
  }
  if (address.host.toLowerCase() !== 'totp') throw new RunError('totp: only otpauth://totp/ addresses make codes by the time.');
  const parts = address.searchParams;
  const numberOf = name => parts.has(name) ? Number(parts.get(name)) : undefined;
  const found = { secret: parts.get('secret') ?? '', digits: numberOf('digits'), period: numberOf('period'), algorithm: parts.get('algorithm') ?? undefined };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** As people copy it: in groups, in lower case, with or without padding. */
function base32(text) {
  const letters = text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (letters === '' || !/^[A-Z2-7]+$/.test(letters)) throw new RunError('totp: the secret must be base32: letters and the digits 2 to 7.');
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of letters) {
    value = ((value << 5) | alphabet.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}

module.exports = { totp };

'use strict';
// The child process of a Node automation. Protocol: docs/runner-protocol.md.
const options = Object.fromEntries(process.argv.slice(2).map(argument => argument.replace(/^--/, '').split(/=(.*)/s).slice(0, 2)));
process.argv.length = 1;

const { Attempt } = require('./lib/attempt');
const { Channel } = require('./lib/channel');
const { Housekeeping } = require('./lib/housekeeping');
const { Output } = require('./lib/output');
const { Resolution } = require('./lib/resolution');

Error.stackTraceLimit = 50;
const channel = new Channel(Number(options.protocol));
const output = new Output(channel);
const resolution = new Resolution(options.playwright);
let attempt = null;
let connection = null;

function die(error) {
  output.engine('error', `The runner failed: ${error?.stack ?? error}`);
  process.reallyExit(70);
}

/** One connection serves all attempts on the same browser. */
async function connect(endpoint) {
  if (connection?.endpoint === endpoint && connection.browser.isConnected()) return connection.browser;
  await connection?.browser.close().catch(() => {});
  connection = null;
  const browser = await resolution.playwright().chromium.connectOverCDP(endpoint, { isLocal: true });
  connection = { endpoint, browser };
  return browser;
}

async function start(message) {
  attempt = new Attempt(message, { channel, output, connect });
  output.begin();
  housekeeping.begin(message);
  await attempt.run();
  attempt.finish();
  const closed = await attempt.close();
  await housekeeping.settled();
  attempt = null;
  const left = closed ? housekeeping.leftovers() : 'the browser context did not close';
  channel.send({ type: 'idle', reusable: !left, reason: left ?? undefined });
}

process.on('uncaughtException', error => attempt ? attempt.strayError(error) : die(error));
process.on('unhandledRejection', error => attempt?.strayError(error));
process.on('exit', code => attempt?.exiting(code));
// The server decides when an attempt ends, not a key pressed in its terminal.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
resolution.preload();
const housekeeping = new Housekeeping(resolution);
channel.listen(message => {
  switch (message.type) {
    case 'start':
      return attempt ? die(new Error('A start arrived during an attempt.')) : start(message).catch(die);
    case 'stop':
      return attempt?.stop(message.reason);
    case 'reply':
      return attempt?.answered(message);
    case 'person':
      return attempt?.person(message.present);
    default:
      return process.reallyExit(message.type === 'exit' ? 0 : 70);
  }
}, () => process.reallyExit(0));
channel.send({ type: 'ready', protocol: 1 });

'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { Calls } = require('./calls');
const { describeError, isConnectionFailure } = require('./errors');
const { captureState, restoreState, watchOrigins } = require('./state');

const attemptKey = Symbol.for('intuned.attempt');
const proxyErrors = /net::ERR_(PROXY_|TUNNEL_|SOCKS_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)/;

class Failure extends Error {
  constructor(code, message, isConnectionError) {
    super(message);
    this.code = code;
    this.isConnectionError = isConnectionError;
  }
}

/** One function call with everything around it. The outcome is decided once; later errors are only written to the log. */
class Attempt {
  #m;
  #channel;
  #output;
  #connect;
  #browser;
  #context;
  #page;
  #cleanup;
  #tracing = false;
  #stopping;
  #finished = false;
  #outcome;
  #lastNavigationError = null;
  #origins;
  #payloads = [];
  #calls;
  #dialogs;
  #lastExtension = 0;
  #settled;
  #settle;

  constructor(message, { channel, output, connect }) {
    this.#m = message;
    this.#channel = channel;
    this.#output = output;
    this.#connect = connect;
    this.#calls = new Calls(channel);
    this.#settled = new Promise(resolve => { this.#settle = resolve; });
  }

  async run() {
    const body = this.#run().catch(error => this.#decide('failed', { error }));
    await Promise.race([body, this.#settled]);
    await this.#afterwards(body);
  }

  async #run() {
    const m = this.#m;
    this.#publish();
    await this.#prepare();
    if (this.#outcome) return;
    const start = performance.now();
    try {
      const fn = this.#load();
      const value = await (m.kind === 'check' ? fn(this.#page, this.#context) : fn(m.parameters, this.#page, this.#context));
      if (m.kind === 'check') this.#decide(value ? 'succeeded' : 'checked-false');
      else this.#decide('succeeded', { result: m.kind === 'api' ? this.#encode(value) : 'null' });
    } finally {
      this.#stage('function', start);
    }
  }

  async #prepare() {
    const m = this.#m;
    let start = performance.now();
    this.#browser = await engineStep('The browser could not be reached', this.#connect(m.browser));
    const hookFile = path.join(m.buildDirectory, 'hooks', 'setupContext.js');
    this.#context = fs.existsSync(hookFile) ? await this.#callHook(hookFile) : undefined;
    const isHooked = this.#context !== undefined;
    this.#context ??= await engineStep('The browser made no context', this.#browser.newContext({ viewport: m.viewport, proxy: m.proxy ?? undefined }));
    if (m.proxy) this.#watchProxy();
    this.#watchReading();
    this.#stage('context', start);
    if (this.#outcome) return;
    start = performance.now();
    this.#page ??= await engineStep('The browser made no page', this.#context.newPage());
    this.#stage('page', start);
    if (m.state) {
      start = performance.now();
      await engineStep('The stored state could not be restored', restoreState(this.#context, m.state, isHooked ? undefined : this.#page));
      this.#stage('restore', start, describeState(m.state));
    }
    this.#origins = watchOrigins(this.#context);
    this.#watchNavigation(this.#page);
    if (this.#outcome || !m.trace) return;
    start = performance.now();
    await engineStep('The trace could not be started', this.#context.tracing.start({ screenshots: true, snapshots: true, sources: true }));
    this.#tracing = true;
    this.#stage('trace', start, 'started');
  }

  async #callHook(file) {
    const hook = defaultExport(require(file));
    if (typeof hook !== 'function') throw new Failure('script-unexpected-error', 'hooks/setupContext has no default export that is a function.');
    const proxied = this.#m.proxy && this.#giveProxy();
    let returned;
    try {
      returned = await hook({ cdpUrl: this.#m.browser, apiName: this.#m.functionPath, apiParameters: this.#m.parameters });
    } finally {
      proxied?.done();
    }
    if (returned === undefined || returned === null) return undefined;
    const parts = Array.isArray(returned) ? returned
      : typeof returned.newPage === 'function' ? [returned]
      : [returned.context, returned.page, returned.cleanup];
    const [context, page, cleanup] = parts;
    if (typeof context?.newPage !== 'function' || parts.length > 3 || (cleanup && typeof cleanup !== 'function')) {
      throw new Failure('script-unexpected-error', 'hooks/setupContext may return nothing, a context, or a context with a page and a cleanup function.');
    }
    if (proxied && !proxied.contexts.has(context)) {
      throw new Failure('script-unexpected-error', 'hooks/setupContext returned a context that does not use the proxy. Make it with newContext.');
    }
    this.#page = page ?? undefined;
    this.#cleanup = cleanup;
    return context;
  }

  /** A context that a hook makes goes out through the proxy as well. */
  #giveProxy() {
    const { proxy } = this.#m;
    const browser = Object.getPrototypeOf(this.#browser);
    const { newContext } = browser;
    const contexts = new Set();
    browser.newContext = async function (options) {
      const context = await newContext.call(this, { ...options, proxy });
      contexts.add(context);
      return context;
    };
    return { contexts, done: () => { browser.newContext = newContext; } };
  }

  /** The browser shows a proxy's refusal as if it were the site's page, and an automation could take it for one. */
  #watchProxy() {
    this.#context.on('response', response => {
      if (response.status() !== 407 || !response.request().isNavigationRequest()) return;
      const message = `The proxy ${this.#m.proxy.server} refused its user or password (status 407).`;
      this.#decide('failed', { error: new Failure('script-execution-exception', message, true) });
    });
  }

  /** A login that comes into being is not known to the host yet: what the automation reads of it, it may print. */
  #watchReading() {
    const watch = (owner, name, stateOf) => {
      const read = owner[name].bind(owner);
      owner[name] = async (...options) => {
        const found = await read(...options);
        if (!this.#outcome) this.#channel.send({ type: 'learnt', state: stateOf(found) });
        return found;
      };
    };
    watch(this.#context, 'cookies', cookies => ({ cookies }));
    watch(this.#context, 'storageState', state => state);
    watch(this.#context.request, 'storageState', state => state);
  }

  #load() {
    const { buildDirectory, functionPath } = this.#m;
    const base = path.join(buildDirectory, ...functionPath.split('/'));
    const file = ['.js', '.cjs', '.mjs'].map(extension => base + extension).find(candidate => fs.existsSync(candidate));
    if (!file) throw new Failure('script-unexpected-error', `${functionPath} is not in the deployed project.`);
    const fn = defaultExport(require(file));
    if (typeof fn !== 'function') throw new Failure('script-unexpected-error', `${functionPath} has no default export that is a function.`);
    return fn;
  }

  #encode(value) {
    let text;
    try {
      text = JSON.stringify(value) ?? 'null';
    } catch (error) {
      throw new Failure('script-no-valid-output-received', `The result cannot be written as JSON: ${error.message}`);
    }
    const size = Buffer.byteLength(text);
    if (size > this.#m.maxResultBytes) {
      throw new Failure('result-too-big-error', `The result has ${size} bytes; the limit is ${this.#m.maxResultBytes} bytes.`);
    }
    return text;
  }

  /** The first decision counts. */
  #decide(outcome, details = {}) {
    const failed = 'error' in details;
    if (this.#outcome) {
      if (failed && !this.#stopping) this.#output.engine('warn', `After the end: ${firstLine(details.error)}`);
      return;
    }
    this.#outcome = { outcome, result: details.result, error: failed ? this.#describe(details.error) : undefined };
    this.#settle();
  }

  #describe(error) {
    const described = describeError(error, this.#m.buildDirectory);
    if (error instanceof Failure) {
      return { ...described, code: error.code, errorType: undefined, stack: undefined, isConnectionError: error.isConnectionError };
    }
    described.code = 'script-execution-exception';
    described.isConnectionError = this.#lastNavigationError !== null || isConnectionFailure(error);
    const proxyError = this.#proxyError(described.message);
    if (proxyError) described.message = `${proxyError} ${described.message}`;
    if (this.#browser && !this.#browser.isConnected()) {
      described.code = 'script-process-crashed';
      described.message = `The browser ended during the attempt. ${described.message}`;
    }
    return described;
  }

  #proxyError(message) {
    const [found] = proxyErrors.exec(this.#lastNavigationError ?? message) ?? [];
    return found && this.#m.proxy ? `The proxy ${this.#m.proxy.server} could not be used.` : undefined;
  }

  /** An exception or rejection that nobody handles ends the attempt, as it would end a process of its own. */
  strayError(error) {
    this.#decide('failed', { error });
  }

  /** User code ended the process. */
  exiting(code) {
    this.#decide('failed', { error: new Failure('script-process-crashed', `The automation ended its own process with exit code ${code ?? 0}.`) });
    this.finish();
  }

  answered(message) {
    this.#calls.answer(message);
  }

  /** While a person has the browser, dialogs that nobody listens to wait for that person instead of being dismissed at once. */
  person(isPresent) {
    if (isPresent && !this.#dialogs) {
      const open = [];
      const hold = dialog => open.push(dialog);
      this.#context.on('dialog', hold);
      this.#dialogs = { open, hold };
    } else if (!isPresent && this.#dialogs) {
      const { open, hold } = this.#dialogs;
      this.#dialogs = undefined;
      this.#context.off('dialog', hold);
      // Those that the person answered are closed already, which is no failure here.
      for (const dialog of open) dialog.dismiss().catch(() => {});
    }
  }

  stop(reason) {
    if (this.#stopping) return;
    this.#stopping = reason;
    if (reason === 'timeout') this.#decide('failed', { error: new Failure('script-timeout', 'The attempt reached its time limit.') });
    else this.#decide('canceled', { error: new Failure('canceled', 'The attempt was stopped.') });
  }

  /** Picture, address, trace, state: in this order, because a trace records the reading of the state. */
  async #afterwards(body) {
    const outcome = this.#outcome;
    if (outcome.outcome === 'checked-false') outcome.error = { code: 'auth-check-failed', message: 'The check returned a false value.' };
    if (outcome.error) {
      outcome.error.pageUrl = this.#url();
      if (outcome.outcome === 'checked-false' && this.#lastNavigationError !== null) {
        outcome.error.isConnectionError = true;
        outcome.error.message = `${this.#proxyError() ?? 'The site could not be reached.'} The check returned a false value after ${this.#lastNavigationError}.`;
      }
      if (outcome.outcome !== 'canceled') await this.#screenshot();
    }
    await this.#stopTracing();
    if (this.#m.capture && outcome.outcome === 'succeeded') await this.#capture();
    else if (this.#m.kind === 'create' && this.#context && !this.#stopping) await this.#learnState();
    else if (this.#m.trace) await this.#reportLearnt();
    if (this.#cleanup) await this.#callCleanup();
    if (this.#stopping) {
      this.#calls.end();
      // Pending calls of the automation fail now, so that its finally blocks run.
      await this.#closeContexts(1000, 'The attempt was stopped.').catch(() => {});
      await within(500, body);
    }
  }

  async #screenshot() {
    const page = this.#picturedPage();
    if (!page || !this.#m.screenshotFile) return;
    // Internal: the trace shows what the automation did, not this.
    const picture = page._wrapApiCall(async () => {
      // While a page navigates, no picture of it can be taken.
      const session = await page.context().newCDPSession(page);
      await session.send('Page.stopLoading');
      await page.screenshot({ path: this.#m.screenshotFile, timeout: 3000, mask: [page.locator('input[type=password]')], maskColor: '#888' });
    }, { internal: true });
    try {
      await within(4000, picture, 'The page did not answer.');
      this.#channel.send({ type: 'artifact', kind: 'screenshot', path: this.#m.screenshotFile });
    } catch (error) {
      this.#output.engine('debug', `No picture of the page: ${firstLine(error)}`);
    }
  }

  #picturedPage() {
    if (this.#page && !this.#page.isClosed()) return this.#page;
    return this.#context?.pages().at(-1);
  }

  #url() {
    try {
      return this.#picturedPage()?.url();
    } catch {
      return undefined;
    }
  }

  async #stopTracing() {
    if (!this.#tracing) return;
    const start = performance.now();
    try {
      await this.#context.tracing.stop({ path: this.#m.traceFile });
      this.#channel.send({ type: 'artifact', kind: 'trace', path: this.#m.traceFile });
      this.#stage('trace', start);
    } catch (error) {
      this.#output.engine('warn', `The trace could not be written: ${firstLine(error)}`);
    }
  }

  async #capture() {
    const start = performance.now();
    try {
      const state = await captureState(this.#context, this.#origins, text => this.#output.engine('warn', text));
      this.#channel.send({ type: 'state', state });
      this.#stage('capture', start, describeState(state));
    } catch (error) {
      const message = `The state of the browser could not be read: ${firstLine(error)}`;
      if (this.#m.kind !== 'create') {
        this.#output.engine('warn', message);
        return;
      }
      this.#outcome = { outcome: 'failed', error: { code: 'script-unexpected-error', message, pageUrl: this.#url() } };
    }
  }

  /** A login that failed may have left tokens all the same, and its error may quote them. */
  async #learnState() {
    const state = await within(3000, captureState(this.#context, this.#origins, () => {})).catch(() => undefined);
    if (state) this.#channel.send({ type: 'learnt', state });
  }

  /** Cookies the site changed meanwhile are secrets as well; the host removes them from the trace. */
  async #reportLearnt() {
    const cookies = await within(1000, this.#context?.cookies()).catch(() => undefined);
    if (cookies?.length) this.#channel.send({ type: 'learnt', values: cookies.map(cookie => cookie.value) });
  }

  async #callCleanup() {
    try {
      await within(5000, Promise.resolve(this.#cleanup()), 'The cleanup of hooks/setupContext took too long.');
    } catch (error) {
      if (this.#outcome.outcome !== 'succeeded') return;
      this.#outcome = { outcome: 'failed', error: this.#describe(error) };
    }
  }

  /** Closes what the attempt opened. False when that did not work in time; a browser that has gone meanwhile took everything along. */
  async close() {
    delete globalThis[attemptKey];
    if (!this.#browser) return false;
    try {
      await this.#closeContexts(2000);
      return true;
    } catch {
      // A refusal may come before the news that the browser has gone.
      for (let left = 20; left > 0 && this.#browser.isConnected(); left--) await wait(10, undefined, { ref: false });
      return !this.#browser.isConnected();
    }
  }

  /** All contexts but the browser's own, which cannot be closed: of that one the pages are closed. */
  async #closeContexts(milliseconds, reason) {
    const [own, ...others] = this.#browser?.contexts() ?? [];
    const closing = others.map(context => context.close({ reason }));
    if (this.#context && this.#context === own) closing.push(...own.pages().map(page => page.close()));
    await within(milliseconds, Promise.all(closing), 'The browser did not close its context in time.');
  }

  /** Sends the one terminal message. */
  finish() {
    if (this.#finished) return;
    this.#finished = true;
    this.#calls.end();
    const { outcome, result, error } = this.#outcome;
    const payloads = outcome === 'succeeded' ? this.#payloads : undefined;
    const dropped = this.#output.end();
    this.#channel.markEndOfOutput();
    this.#channel.send({ type: 'finish', outcome, result: outcome === 'succeeded' ? result : undefined, payloads, error, dropped });
  }

  #watchNavigation(page) {
    page.on('requestfailed', request => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame() && isConnectionFailure(request.failure()?.errorText)) {
        this.#lastNavigationError = request.failure().errorText;
      }
    });
    page.on('framenavigated', frame => {
      if (frame === page.mainFrame() && !frame.url().startsWith('chrome-error:')) this.#lastNavigationError = null;
    });
  }

  /** What the runtime module of the automation finds. */
  #publish() {
    const m = this.#m;
    globalThis[attemptKey] = {
      store: new Map(),
      context: m.context,
      sessionParameters: m.sessionParameters,
      ai: m.ai,
      folder: m.environment?.TMPDIR,
      call: (method, args) => this.#calls.call(method, args),
      extend: () => this.#extend(),
      learn: secrets => this.#channel.send({ type: 'learnt', secrets }),
      addPayloads: payloads => {
        this.#payloads.push(...payloads);
        this.#extend();
      },
    };
  }

  #extend() {
    const now = Date.now();
    if (now - this.#lastExtension < 100) return;
    this.#lastExtension = now;
    this.#channel.send({ type: 'extend' });
  }

  #stage(name, start, detail) {
    this.#channel.send({ type: 'stage', name, startedAt: performance.timeOrigin + start, durationMs: performance.now() - start, detail });
  }
}

function defaultExport(loaded) {
  const exported = loaded?.default ?? loaded;
  return exported?.default ?? exported;
}

/** Errors of the engine's own steps are no errors of the automation. */
async function engineStep(failure, step) {
  try {
    return await step;
  } catch (error) {
    throw new Failure('script-unexpected-error', `${failure}: ${firstLine(error)}`);
  }
}

function describeState(state) {
  const count = (list, noun) => `${list?.length ?? 0} ${noun}${list?.length === 1 ? '' : 's'}`;
  const origins = new Set([...(state.origins ?? []), ...(state.sessionStorage ?? [])].map(item => item.origin));
  return `${count(state.cookies, 'cookie')}, ${count([...origins], 'origin')}`;
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n')[0];
}

async function within(milliseconds, promise, lateMessage) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => lateMessage ? reject(new Error(lateMessage)) : resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { Attempt };

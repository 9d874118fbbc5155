// The bare script a Run is measured against: the same compiled check and API, in two fresh contexts of one launched browser, with no
// platform around them. Each line on standard input asks for one round, "plain" or "traced"; the answer is its milliseconds.
const Module = require("node:module");
const path = require("node:path");
const readline = require("node:readline");

const { playwright, modules, build, executablePath, traces, username, password } = JSON.parse(process.argv[2]);
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === "playwright" || request === "playwright-core") return resolve.call(this, playwright, ...rest);
  if (request.startsWith("@intuned/")) return resolve.call(this, path.join(modules, request), ...rest);
  return resolve.call(this, request, ...rest);
};

const load = (name) => require(path.join(build, name)).default;

async function inContext(browser, storageState, trace, work) {
  const context = await browser.newContext({ storageState, viewport: { width: 1024, height: 800 } });
  if (trace) await context.tracing.start({ screenshots: true, snapshots: true, sources: true });
  const page = await context.newPage();
  const result = await work(page, context);
  if (trace) await context.tracing.stop({ path: path.join(traces, trace) });
  await context.close();
  return result;
}

(async () => {
  const { chromium } = require(playwright);
  const create = load("auth-sessions/create.js");
  const check = load("auth-sessions/check.js");
  const api = load("api/list-employees.js");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  console.log = () => {};
  const state = await inContext(browser, undefined, undefined, async (page, context) => {
    await create({ username, password }, page, context);
    return context.storageState();
  });
  process.stdout.write("ready\n");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line !== "plain" && line !== "traced") throw new Error(`Unknown request: ${line}`);
    const traced = line === "traced";
    const started = performance.now();
    if (!(await inContext(browser, state, traced && "check.zip", (page, context) => check(page, context)))) throw new Error("The check failed.");
    const result = await inContext(browser, state, traced && "api.zip", (page, context) => api({ department: "Engineering" }, page, context));
    if (result.count === 0) throw new Error("No employees were read.");
    process.stdout.write(`${performance.now() - started}\n`);
  }
  await browser.close();
})();

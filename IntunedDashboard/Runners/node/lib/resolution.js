'use strict';
const module_ = require('node:module');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const runnerRoot = path.join(__dirname, '..');
const modules = path.join(runnerRoot, 'modules', '@intuned');

/** The packages that are the platform's own, whatever the project installed; everything else resolves from the project. */
class Resolution {
  #playwrightRoot;
  #files;
  #sawUserEsModule = false;

  constructor(playwrightRoot) {
    this.#playwrightRoot = playwrightRoot;
    const playwright = path.join(playwrightRoot, 'index.js');
    this.#files = {
      'playwright': playwright,
      'playwright-core': playwright,
      '@intuned/runtime': path.join(modules, 'runtime', 'index.js'),
      '@intuned/browser': path.join(modules, 'browser', 'index.js'),
      '@intuned/browser/ai': path.join(modules, 'browser', 'ai.js'),
    };
    module_.registerHooks({
      resolve: (specifier, context, next) => {
        const file = Object.hasOwn(this.#files, specifier) ? this.#files[specifier] : undefined;
        if (!file) return next(specifier, context);
        const es = file === playwright && context.conditions?.includes('import');
        return { url: pathToFileURL(es ? path.join(playwrightRoot, 'index.mjs') : file).href, shortCircuit: true };
      },
      load: (url, context, next) => {
        const loaded = next(url, context);
        if (loaded.format === 'module' && url.startsWith('file:') && !this.owns(fileURLToPath(url))) this.#sawUserEsModule = true;
        return loaded;
      },
    });
  }

  playwright() {
    return require(this.#files.playwright);
  }

  /** Loads what nearly every automation needs, before there is one. */
  preload() {
    for (const file of new Set(Object.values(this.#files))) require(file);
    void this.playwright().chromium;
  }

  owns(file) {
    return file.startsWith(this.#playwrightRoot + path.sep) || file.startsWith(runnerRoot + path.sep);
  }

  /** Forgets the project's modules, so that the next attempt finds them fresh. False when that cannot be done. */
  forgetUserModules() {
    for (const file of Object.keys(require.cache)) {
      if (!this.owns(file)) delete require.cache[file];
    }
    return !this.#sawUserEsModule;
  }
}

module.exports = { Resolution };

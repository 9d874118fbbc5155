// What automations commonly use of Node, for projects that do not install @types/node. Node's modules are there without types.

declare namespace NodeJS {
  interface ProcessEnv {
    [name: string]: string | undefined;
  }
  interface Timeout {
    ref(): this;
    unref(): this;
  }
  interface ErrnoException extends Error {
    errno?: number;
    code?: string;
    path?: string;
    syscall?: string;
  }
}

declare const process: {
  env: NodeJS.ProcessEnv;
  argv: string[];
  pid: number;
  platform: string;
  version: string;
  cwd(): string;
  exit(code?: number): never;
  hrtime: { (): [number, number]; bigint(): bigint };
  memoryUsage(): { rss: number; heapTotal: number; heapUsed: number; external: number };
  nextTick(callback: (...args: any[]) => void, ...args: any[]): void;
  on(event: string, listener: (...args: any[]) => void): void;
  uptime(): number;
  stdout: { write(text: string): boolean };
  stderr: { write(text: string): boolean };
};

interface Buffer extends Uint8Array<ArrayBuffer> {
  toString(encoding?: string, start?: number, end?: number): string;
  equals(other: Uint8Array): boolean;
}

declare const Buffer: {
  from(data: string | ArrayBufferLike | ArrayLike<number>, encoding?: string): Buffer;
  alloc(size: number): Buffer;
  concat(list: readonly Uint8Array[], totalLength?: number): Buffer;
  byteLength(text: string, encoding?: string): number;
  isBuffer(value: unknown): value is Buffer;
};

declare const global: any;
declare const __dirname: string;
declare const __filename: string;
declare const require: (id: string) => any;
declare const module: { exports: any };
declare const exports: any;

declare function setImmediate(callback: (...args: any[]) => void, ...args: any[]): any;
declare function clearImmediate(immediate: any): void;

declare module "node:*";
declare module "assert";
declare module "async_hooks";
declare module "buffer";
declare module "child_process";
declare module "crypto";
declare module "dns";
declare module "events";
declare module "fs";
declare module "fs/promises";
declare module "http";
declare module "https";
declare module "net";
declare module "os";
declare module "path";
declare module "perf_hooks";
declare module "querystring";
declare module "readline";
declare module "stream";
declare module "stream/promises";
declare module "string_decoder";
declare module "timers";
declare module "timers/promises";
declare module "tls";
declare module "url";
declare module "util";
declare module "worker_threads";
declare module "zlib";

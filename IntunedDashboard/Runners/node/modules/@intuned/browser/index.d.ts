import type { Download, Locator, Page } from "playwright";

export interface GoToUrlOptions {
  page: Page;
  url: string;
  /** Milliseconds for each attempt. Default: 30000. */
  timeoutInMs?: number;
  /** Attempts in all. Default: 3. */
  retries?: number;
  /** Default: true. */
  throwOnTimeout?: boolean;
  waitForLoadState?: "load" | "domcontentloaded" | "networkidle" | "commit";
  /** Asks a model whether the page has loaded. Needs an AI endpoint. */
  waitForLoadingStateUsingAi?: boolean;
  model?: string;
  apiKey?: string;
}

/** Navigates with retries and waits for a settled network, so that what a page renders by script is there. */
export declare function goToUrl(options: GoToUrlOptions): Promise<void>;

/** Runs the action, then waits until the page's requests have settled; answers what the action answered. */
export declare function withNetworkSettledWait<T>(
  callback: (page: Page) => Promise<T> | T,
  options: { page: Page; timeoutInMs?: number; maxInflightRequests?: number },
): Promise<T>;

/** True once the DOM has stayed unchanged for the settle time, false at the deadline. */
export declare function waitForDomSettled(options: {
  source: Page | Locator;
  settleDurationMs?: number;
  timeoutInMs?: number;
}): Promise<boolean>;

/** Runs the action, then waits until the DOM has settled; answers what the action answered. */
export declare function withDomSettledWait<T>(
  callback: (page: Page) => Promise<T> | T,
  options: { page: Page; source?: Page | Locator; settleDurationMs?: number; timeoutInMs?: number },
): Promise<T>;

/** An absolute address: from a base, from the site of a page, or of the link a locator stands for. */
export declare function resolveUrl(options: { url: string; baseUrl: string }): Promise<string>;
export declare function resolveUrl(options: { url: string; page: Page }): Promise<string>;
export declare function resolveUrl(options: { url: Locator }): Promise<string>;

/** What starts a download: an address, an element to click, or an action. */
export type Trigger = string | Locator | ((page: Page) => Promise<unknown> | unknown);

export declare function downloadFile(options: { page: Page; trigger: Trigger; timeoutInMs?: number | null }): Promise<Download>;

export interface ClickUntilExhaustedOptions {
  page: Page;
  buttonLocator: Locator;
  /** Called for every click, for example extendTimeout. */
  heartbeat?: () => unknown;
  containerLocator?: Locator;
  /** Default: 50. */
  maxClicks?: number;
  /** Seconds; values from 100 are taken as milliseconds. Default: 0.5. */
  clickDelay?: number;
  noChangeThreshold?: number;
}

/** Clicks a button until it is gone or disabled, the limit is reached, or the container stops changing. */
export declare function clickUntilExhausted(options: ClickUntilExhaustedOptions): Promise<void>;

/** Scrolls down until the height stops growing or the limit is reached. */
export declare function scrollToLoadContent(options: {
  source: Page | Locator;
  onScrollProgress?: () => unknown;
  maxScrolls?: number;
  delayInMs?: number;
  minHeightChange?: number;
}): Promise<void>;

/** Without empty strings, nulls, and what is empty after removing them. */
export declare function filterEmptyValues<T = any>(options: { data: T }): T;

/** Midnight of the day that the text names; null when it names none. */
export declare function processDate(options: { date: string }): Date | null;

/** HTML without scripts, comments and overlong attributes. */
export declare function sanitizeHtml(options: { html: string; removeStyles?: boolean; maxAttributeLength?: number }): string;

/** The readable content of a page or of an element. */
export declare function extractMarkdown(options: { source: Page | Locator }): Promise<string>;

/** Throws a ValidationError unless the data matches the JSON schema, whose type may also be `attachment`. */
export declare function validateDataUsingSchema(options: { data: any; schema: Record<string, any> }): void;

export declare class ValidationError extends Error {
  readonly errors: { path: string; message: string }[];
  readonly data: unknown;
}

/** A bucket of the automation's own. */
export interface S3Configs {
  bucket?: string;
  region?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  /** Of a store that is not AWS. */
  endpoint?: string;
}

export interface AttachmentFields {
  fileName: string;
  key: string;
  bucket: string;
  region: string;
  endpoint?: string | null;
  suggestedFileName: string;
  fileType?: string;
}

/** A stored file. Written as JSON it is its fields. */
export declare class Attachment {
  constructor(fields: AttachmentFields);
  fileName: string;
  key: string;
  bucket: string;
  region: string;
  endpoint: string | null;
  suggestedFileName: string;
  fileType?: string;
  /** An address for everybody who has it. `expiration` is in seconds, at most 7 days; default: 5 days. */
  getSignedUrl(expiration?: number): Promise<string>;
  /** The address without a signature. */
  getS3Key(): string;
  toDict(): AttachmentFields;
  toJSON(): AttachmentFields;
}

export interface UploadOptions {
  configs?: S3Configs;
  fileNameOverride?: string;
  contentType?: string;
}

/** Stores a file: in the bucket that `configs` or the environment names, else with the platform. */
export declare function uploadFileToS3(options: UploadOptions & { file: Download | Uint8Array | ArrayBuffer | string }): Promise<Attachment>;

/** Downloads what the trigger delivers and stores it. */
export declare function saveFileToS3(options: UploadOptions & { page: Page; trigger: Trigger; timeoutInMs?: number }): Promise<Attachment>;

import type { Download, Locator, Page } from "playwright";

export declare function goToUrl(options: {
  page: Page;
  url: string;
  timeoutInMs?: number;
  retries?: number;
  throwOnTimeout?: boolean;
  waitForLoadState?: "load" | "domcontentloaded" | "networkidle" | "commit";
  waitForLoadingStateUsingAi?: boolean;
  model?: string;
  apiKey?: string;
}): Promise<void>;

export declare function withNetworkSettledWait<T>(
  callback: (page: Page) => Promise<T>,
  options: { page: Page; timeoutInMs?: number; maxInflightRequests?: number },
): Promise<T>;

export declare function waitForDomSettled(options: {
  source: Page | Locator;
  settleDurationMs?: number;
  timeoutInMs?: number;
}): Promise<boolean>;

export declare function withDomSettledWait<T>(
  callback: (page: Page) => Promise<T>,
  options: { page: Page; source?: Page | Locator; settleDurationMs?: number; timeoutInMs?: number },
): Promise<T>;

export declare function resolveUrl(options: { url: string; baseUrl: string }): Promise<string>;
export declare function resolveUrl(options: { url: string; page: Page }): Promise<string>;
export declare function resolveUrl(options: { url: Locator }): Promise<string>;

export type Trigger = string | Locator | ((page: Page) => Promise<any> | any);

export declare function downloadFile(options: { page: Page; trigger: Trigger; timeoutInMs?: number | null }): Promise<Download>;

export declare function clickUntilExhausted(options: {
  page: Page;
  buttonLocator: Locator;
  heartbeat?: () => any;
  containerLocator?: Locator;
  maxClicks?: number;
  clickDelay?: number;
  noChangeThreshold?: number;
}): Promise<void>;

export declare function scrollToLoadContent(options: {
  source: Page | Locator;
  onScrollProgress?: () => any;
  maxScrolls?: number;
  delayInMs?: number;
  minHeightChange?: number;
}): Promise<void>;

export declare function filterEmptyValues<T = any>(options: { data: T }): T;
export declare function processDate(options: { date: string }): Date | null;
export declare function sanitizeHtml(options: { html: string; removeStyles?: boolean; maxAttributeLength?: number }): string;
export declare function extractMarkdown(options: { source: Page | Locator }): Promise<string>;
export declare function validateDataUsingSchema(options: { data: any; schema: Record<string, any> }): void;

export interface S3Configs {
  bucket?: string;
  region?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  endpoint?: string;
}

export interface Attachment {
  fileName: string;
  key: string;
  bucket: string;
  region: string;
  endpoint: string | null;
  suggestedFileName: string;
  fileType?: string;
  getSignedUrl(expirationInSeconds?: number): Promise<string>;
  getS3Key(): string;
  toDict(): Record<string, any>;
}

export declare function uploadFileToS3(options: {
  file: Download | Uint8Array | string;
  configs?: S3Configs;
  fileNameOverride?: string;
  contentType?: string;
}): Promise<Attachment>;

export declare function saveFileToS3(options: {
  page: Page;
  trigger: Trigger;
  timeoutInMs?: number;
  configs?: S3Configs;
  fileNameOverride?: string;
  contentType?: string;
}): Promise<Attachment>;

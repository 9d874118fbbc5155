import type { Locator, Page } from "playwright";

export type JsonSchema = Record<string, any>;

export declare function extractStructuredData<T = any>(options: {
  source: Page | Locator | Record<string, any>;
  dataSchema: any;
  prompt?: string;
  strategy?: "HTML" | "MARKDOWN" | "IMAGE";
  model?: string;
  enableCache?: boolean;
  maxRetries?: number;
  apiKey?: string;
}): Promise<T>;

export declare function isPageLoaded(options: { page: Page; timeoutInMs?: number; model?: string; apiKey?: string }): Promise<boolean>;

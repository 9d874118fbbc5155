import type { Locator, Page } from "playwright";

/** A JSON schema. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema | JsonSchema[];
  enum?: any[];
  description?: string;
  [keyword: string]: any;
}

export interface TextContentItem {
  type: "text";
  data: string;
}

export interface ImageUrlContentItem {
  type: "image-url";
  data: string;
}

export interface ImageBufferContentItem {
  type: "image-buffer";
  data: Uint8Array;
  image_type?: "png" | "jpeg" | "gif" | "webp";
}

export type ContentItem = TextContentItem | ImageUrlContentItem | ImageBufferContentItem;

/** A schema of zod, of any of its versions. */
export type ZodSchema<T = any> = ({ _output: T } | { _zod: { output: T } }) & { safeParse(data: unknown): any };

export interface ExtractOptions<S> {
  source: Page | Locator | ContentItem | ContentItem[];
  /** What to read: a zod schema, whose type the result has, or a JSON schema. */
  dataSchema: S;
  prompt?: string;
  /** How a page or an element is shown to the model. Default: HTML. */
  strategy?: "HTML" | "MARKDOWN" | "IMAGE";
  model?: string;
  /** Whether the same content is asked about only once. Default: true. */
  enableCache?: boolean;
  /** How often the model is asked again when its answer does not match the schema. Default: 3. */
  maxRetries?: number;
  apiKey?: string;
}

/** Reads data out of a page, an element or content with a model. Needs an AI endpoint. */
export declare function extractStructuredData<T>(options: ExtractOptions<ZodSchema<T>>): Promise<T>;
export declare function extractStructuredData<T = any>(options: ExtractOptions<JsonSchema>): Promise<T>;

/** Whether the page looks finished to a model that sees it. Needs an AI endpoint. */
export declare function isPageLoaded(options: { page: Page; timeoutInMs?: number; model?: string; apiKey?: string }): Promise<boolean>;

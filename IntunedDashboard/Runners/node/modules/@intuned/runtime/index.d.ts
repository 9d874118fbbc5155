import type { Page } from "playwright";

/** Thrown by an automation to fail its attempt with a message of its own. */
export declare class RunError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

export interface Payload {
  /** The name of an API of this project, without `api/`. */
  api: string;
  parameters?: Record<string, any>;
}

/** Adds Runs to the JobRun this Run belongs to, once the attempt has succeeded. Also extends the timeout. */
export declare function extendPayload(payload: Payload | Payload[]): void;

/** Starts the attempt's time limit anew. */
export declare function extendTimeout(): void;

/** Values for the length of one attempt, shared by the setup hook and the automation. */
export declare const attemptStore: {
  get<T = any>(key: string): T;
  set(key: string, value: any): void;
};

/** Values that outlive an attempt, shared by all Runs of the project. */
export declare const persistentStore: {
  get<T = any>(key: string): Promise<T | undefined>;
  set(key: string, value: any): Promise<void>;
};

export interface ExecutionContext {
  runId?: string;
  jobId?: string;
  jobRunId?: string;
  authSessionId?: string;
}

export declare function getExecutionContext(): ExecutionContext | undefined;

/** The parameters that were given to `create` for this Run's AuthSession. */
export declare function getAuthSessionParameters<T = any>(): Promise<T>;

export declare function getAiGatewayConfig(): Promise<{ baseUrl: string; apiKey: string }>;

export interface CaptchaWaitOptions {
  timeoutInMs?: number;
  settleDurationMs?: number;
}

export declare function waitForCaptchaSolve(page: Page, options?: CaptchaWaitOptions): Promise<void>;

export declare function withWaitForCaptchaSolve<T>(
  callback: (page: Page) => Promise<T>,
  options: CaptchaWaitOptions & { page: Page; waitForNetworkSettled?: boolean },
): Promise<T>;

import type { Page } from "playwright";

/** Thrown by an automation to fail its attempt with a message of its own. */
export declare class RunError extends Error {
  constructor(message: string, options?: { cause?: unknown });
}

export interface Payload {
  /** The name of an API of this project, without `api/`. */
  api: string;
  parameters?: Record<string, any>;
}

/** Adds Runs to the JobRun this Run belongs to, once the attempt has succeeded. Also extends the timeout. */
export declare function extendPayload(payload: Payload | Payload[]): void;

/** Starts the attempt's time limit anew. May be handed over as a callback and be called as often as you like. */
export declare function extendTimeout(): void;

/** Values of any kind for the length of one attempt, shared by the setup hook and the automation. */
export declare const attemptStore: {
  /** `undefined` when nothing was set. */
  get<T = any>(key: string): T;
  set(key: string, value: any): void;
};

/** JSON values that outlive an attempt, shared by all Runs of the project. Keys contain neither `:` nor `#`. */
export declare const persistentStore: {
  /** `undefined` when nothing was set. */
  get<T = any>(key: string): Promise<T>;
  set(key: string, value: any): Promise<void>;
};

/** Members that do not apply are absent: outside a Job there is no job. */
export interface ExecutionContext {
  runId?: string;
  jobId?: string;
  jobRunId?: string;
  authSessionId?: string;
}

export declare function getExecutionContext(): ExecutionContext | undefined;

/** The parameters that were given to `create` for this Run's AuthSession. Fails for a Run without one. */
export declare function getAuthSessionParameters<T = any>(): Promise<T>;

/** The platform's endpoint that speaks OpenAI's protocol. Fails when there is none. */
export declare function getAiGatewayConfig(): Promise<{ baseUrl: string; apiKey: string }>;

export interface CaptchaWaitOptions {
  /** Milliseconds. Default: 10000. */
  timeoutInMs?: number;
  /** Milliseconds without a captcha being solved. Default: 5000. */
  settleDurationMs?: number;
}

export declare function waitForCaptchaSolve(page: Page, options?: CaptchaWaitOptions): Promise<void>;

/** Runs the action, then waits for captchas; answers what the action answered. */
export declare function withWaitForCaptchaSolve<T>(
  callback: (page: Page) => Promise<T> | T,
  options: CaptchaWaitOptions & { page: Page; waitForNetworkSettled?: boolean },
): Promise<T>;

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

/** What a person is to type or choose. Every field must be answered. */
export type HumanField =
  | { name: string; label?: string; type?: "text" | "code" | "password" }
  | { name: string; label?: string; type: "choice"; choices: readonly string[] };

export interface HumanRequest<F extends readonly HumanField[] = readonly HumanField[]> {
  /** What the person is to do, in a sentence. */
  message: string;
  /** Without fields the person only says that it is done. */
  fields?: F;
  /** Milliseconds to wait, at most 1800000. Default: 300000. */
  timeout?: number;
}

/**
 * Shows a message to the people of the dashboard and waits until one of them answers. The attempt's time limit stands still meanwhile.
 * What was typed is removed from log, trace and result like a credential.
 * @throws {HumanRequestError} Nobody answered in time, or somebody declined.
 */
export declare function requestHuman<const F extends readonly HumanField[] = []>(
  request: HumanRequest<F>,
): Promise<{ [name in F[number]["name"]]: string }>;

/** Nobody did what `requestHuman` asked for. */
export declare class HumanRequestError extends RunError {
  readonly reason: "timed-out" | "declined";
}

export interface TotpOptions {
  /** 6 to 10. Default: 6, or what the address says. */
  digits?: number;
  /** Seconds that a code is valid. Default: 30, or what the address says. */
  period?: number;
  /** Default: SHA1, or what the address says. */
  algorithm?: "SHA1" | "SHA256" | "SHA512";
  /** The moment the code is for; a number is milliseconds since 1970. Default: now. */
  time?: Date | number;
}

/**
 * The code that an authenticator app shows for a secret (RFC 6238). The code is removed from the log and the trace.
 * @param secret Base32, in any case and with spaces, or an `otpauth://totp/` address.
 */
export declare function totp(secret: string, options?: TotpOptions): string;

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

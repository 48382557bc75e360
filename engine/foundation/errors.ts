import { type ErrorCode, type ErrorEntry, errorCatalogue } from './error-catalogue.ts';

/** An expected failure. `message` is for the person who reads the log; `code` is what code branches on. */
export class VoxboxError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VoxboxError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get entry(): ErrorEntry {
    return errorCatalogue[this.code];
  }
}

export const isVoxboxError = (error: unknown): error is VoxboxError => error instanceof VoxboxError;

export const hasCode = (error: unknown, code: ErrorCode): boolean =>
  isVoxboxError(error) && error.code === code;

/** What crosses a process border in place of an Error. */
export interface ErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
}

export const toErrorShape = (error: unknown, fallback: ErrorCode): ErrorShape =>
  isVoxboxError(error)
    ? { code: error.code, message: error.message }
    : { code: fallback, message: error instanceof Error ? error.message : String(error) };

export const fromErrorShape = (shape: ErrorShape): VoxboxError => new VoxboxError(shape.code, shape.message);

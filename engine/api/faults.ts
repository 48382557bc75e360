import type { z } from 'zod';
import { type ErrorCode, errorCatalogue, isVoxboxError, VoxboxError } from '../foundation/index.ts';
import type { ErrorBody } from './contract/index.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
  /** False for a fault of the engine itself, which belongs in the log. */
  readonly expected: boolean;
}

/** Every failure as the API tells it. What was not foreseen says nothing of its inside. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (isVoxboxError(error)) return expected(error.code, error.message, errorCatalogue[error.code].apiStatus);
  // The server's own refusals: no JSON, too large, a range beyond the end.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof Error && status >= 400 && status < 500) {
    return expected(status === 404 ? 'not_found' : 'input_invalid', error.message, status);
  }
  const message = 'the engine failed to answer this request';
  const help = 'Try again. If it stays, the log of the engine says why.';
  return { status: 500, body: { error: { code: 'internal', message, help } }, expected: false };
}

const expected = (code: ErrorCode, message: string, status: number): ErrorAnswer => ({
  status,
  body: { error: { code, message, help: errorCatalogue[code].help } },
  expected: true,
});

/** The first thing that is wrong, by the name of the value. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'the request is not valid';
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: not known here`;
  return `${issue.path.join('.') || 'request'}: ${issue.message}`;
}

/** @throws VoxboxError `input_invalid` with the first thing that is wrong */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) throw new VoxboxError('input_invalid', firstIssue(parsed.error));
  return parsed.data;
}

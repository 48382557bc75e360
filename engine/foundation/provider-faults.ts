import type { ErrorCode } from './error-catalogue.ts';
import { isVoxboxError, VoxboxError } from './errors.ts';

/** A service on the other side of HTTP, as its failures are told. */
export interface Service {
  /** As people know it: `Deepgram`. */
  readonly name: string;
  readonly baseUrl: string;
  /** Never told on, not even where the service repeats it. */
  readonly key: string | null;
}

const longestExcerpt = 200;

/**
 * One request to a service; follows no redirects, so that a key goes where it belongs and nowhere else.
 *
 * @throws VoxboxError `provider_unreachable`, `provider_key_refused`, `provider_request_refused`,
 *   `provider_limited`, `provider_failed`, `aborted`
 */
export async function askService(
  service: Service,
  path: string,
  init: Omit<RequestInit, 'redirect' | 'signal'> & { readonly signal?: AbortSignal | undefined },
): Promise<Response> {
  const { signal, ...rest } = init;
  let response: Response;
  try {
    response = await fetch(urlOf(service, path), { ...rest, redirect: 'error', signal: signal ?? null });
  } catch (error) {
    throw faultOf(service, error, signal);
  }
  if (response.ok) return response;
  const said = await response.text().catch(() => '');
  throw faultOfStatus(service, response.status, said);
}

/** @throws VoxboxError `provider_request_refused` for an address that is none */
export function urlOf({ name, baseUrl }: Service, path: string): URL {
  try {
    return new URL(`${baseUrl.replace(/\/+$/, '')}${path}`);
  } catch (cause) {
    throw new VoxboxError('provider_request_refused', `${name}: ${baseUrl} is no web address`, { cause });
  }
}

/** What a service's HTTP status means, whatever it calls it. @param said its answer, shortened into the message */
export function faultOfStatus(service: Service, status: number, said: string): VoxboxError {
  const excerpt = wordsOf(service, said);
  const message = `${service.name} answered ${status}${excerpt ? `: ${excerpt}` : ''}`;
  return new VoxboxError(codeOfStatus(status), message, { details: { status } });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 402 || status === 403) return 'provider_key_refused';
  if (status === 408 || status === 425 || status === 429 || status === 503 || status === 529) {
    return 'provider_limited';
  }
  return status >= 400 && status < 500 ? 'provider_request_refused' : 'provider_failed';
}

/** A failure of the connection, or of reading from it. VoxboxErrors stay what they are. */
export function faultOf(service: Pick<Service, 'name'>, error: unknown, signal?: AbortSignal): VoxboxError {
  if (isVoxboxError(error)) return error;
  if (signal?.aborted) {
    const late = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
    return late
      ? new VoxboxError('deadline_exceeded', `${service.name} took too long`)
      : new VoxboxError('aborted', 'the request was withdrawn');
  }
  return new VoxboxError('provider_unreachable', `${service.name} cannot be reached${reasonOf(error)}`, {
    cause: error,
  });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return ': nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return ': its name cannot be looked up';
  if (/CERT|SSL|TLS/.test(code)) return `: its certificate is not trusted (${code})`;
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return ': it broke off';
  return code ? ` (${code})` : '';
}

/** Services wrap their sentence in JSON of several shapes; its first text of some length is what they say. */
function wordsOf({ key }: Service, said: string): string {
  let words = said;
  try {
    words = firstText(JSON.parse(said)) ?? said;
  } catch {
    // plain text, or HTML of a proxy: told as it is
  }
  const kept = key ? words.replaceAll(key, '…') : words;
  return kept.replace(/\s+/g, ' ').trim().slice(0, longestExcerpt);
}

function firstText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const named = value as Readonly<Record<string, unknown>>;
  const told = ['message', 'err_msg', 'detail', 'error', 'reason'].map((name) => firstText(named[name]));
  return told.find((text) => text !== null) ?? null;
}

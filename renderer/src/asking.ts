import type { ErrorBody, MethodName } from '../../engine/api/contract/index.ts';
import { paths } from '../../engine/api/contract/paths.ts';
import { strings } from './strings.ts';

/** What went wrong, in words for the screen. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

const unexpected: Failure = {
  code: 'unexpected',
  message: strings.failure.unexpected,
  help: strings.failure.unexpectedHelp,
};

export const unreachable: Failure = {
  code: 'unreachable',
  message: strings.failure.unreachable,
  help: strings.failure.unreachableHelp,
};

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' && body !== null && 'error' in body;

/** Told to the window when the engine asks for a sign-in. */
export const signInAsked = 'voxbox:sign-in-asked';

/** For answers that are no JSON. */
export async function fetched(path: string, init: RequestInit = {}): Promise<Answer<Response>> {
  const headers = new Headers(init.headers);
  // No page of another site can send it: the engine takes changes with it alone.
  if (init.method !== undefined) headers.set('x-voxbox-page', '1');
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch {
    return { ok: false, failure: unreachable };
  }
  if (response.ok) return { ok: true, value: response };
  const body: unknown = await response.json().catch(() => null);
  const failure = isErrorBody(body) ? body.error : unexpected;
  if (failure.code === 'sign_in_required') window.dispatchEvent(new Event(signInAsked));
  return { ok: false, failure };
}

export async function ask<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  const answer = await fetched(path, init);
  if (!answer.ok) return answer;
  return { ok: true, value: (await answer.value.json().catch(() => null)) as T };
}

export const json = (method: 'POST' | 'PUT' | 'PATCH', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const withQuery = (path: string, query: Record<string, string | number>): string =>
  `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

export const withId = (name: MethodName, id: string): string =>
  paths[name].replace(':id', encodeURIComponent(id));

/** Of one thing that belongs to a tenant. */
export const ofTenant = (name: MethodName, id: string, tenant: string): string =>
  withQuery(withId(name, id), { tenant });

/** As much of a list as the API gives at once. */
export const most = 500;

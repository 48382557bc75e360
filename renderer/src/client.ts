import type {
  Appointment,
  Call,
  CallDetail,
  ErrorBody,
  NewTenantRequest,
  Tenant,
} from '../../engine/api/contract/index.ts';
import { feedPath, paths } from '../../engine/api/contract/paths.ts';
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

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' && body !== null && 'error' in body;

async function ask<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    const { unreachable: message, unreachableHelp: help } = strings.failure;
    return { ok: false, failure: { code: 'unreachable', message, help } };
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) return { ok: false, failure: isErrorBody(body) ? body.error : unexpected };
  return { ok: true, value: body as T };
}

const withQuery = (path: string, query: Record<string, string | number>): string =>
  `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

const withId = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));

export const client = {
  tenants: () => ask<{ tenants: Tenant[] }>(paths['tenant.list']),
  createTenant: (tenant: NewTenantRequest) =>
    ask<{ tenant: Tenant }>(paths['tenant.create'], {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(tenant),
    }),
  calls: (tenant: string, limit: number) =>
    ask<{ calls: Call[] }>(withQuery(paths['call.list'], { tenant, limit })),
  call: (id: string) => ask<CallDetail>(withId(paths['call.read'], id)),
  recordingUrl: (id: string) => withId(paths['call.recording'], id),
  appointments: (tenant: string, span: { readonly fromMs: number; readonly toMs: number }) =>
    ask<{ appointments: Appointment[] }>(
      withQuery(paths['appointment.list'], { tenant, from: span.fromMs, to: span.toMs }),
    ),
  feedUrl: () => {
    const url = new URL(feedPath, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  },
};

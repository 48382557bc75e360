import type {
  Appointment,
  Call,
  CallDetail,
  ErrorBody,
  MethodName,
  NewTenantRequest,
  Pronunciation,
  ProviderChains,
  ProviderEntry,
  ProviderKind,
  ProviderVerdict,
  RecordingKind,
  TakenRecording,
  Tenant,
  VoiceCloneRequest,
  VoiceSampleRequest,
  VoiceSaveRequest,
  Voices,
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

async function fetched(path: string, init?: RequestInit): Promise<Answer<Response>> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    const { unreachable: message, unreachableHelp: help } = strings.failure;
    return { ok: false, failure: { code: 'unreachable', message, help } };
  }
  if (response.ok) return { ok: true, value: response };
  const body: unknown = await response.json().catch(() => null);
  return { ok: false, failure: isErrorBody(body) ? body.error : unexpected };
}

async function ask<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  const answer = await fetched(path, init);
  if (!answer.ok) return answer;
  return { ok: true, value: (await answer.value.json().catch(() => null)) as T };
}

const json = (method: 'POST' | 'PUT', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const withQuery = (path: string, query: Record<string, string | number>): string =>
  `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

const withId = (name: MethodName, id: string): string => paths[name].replace(':id', encodeURIComponent(id));

type VoicesAnswer = Promise<Answer<{ voices: Voices }>>;

export const client = {
  tenants: () => ask<{ tenants: Tenant[] }>(paths['tenant.list']),
  createTenant: (tenant: NewTenantRequest) =>
    ask<{ tenant: Tenant }>(paths['tenant.create'], json('POST', tenant)),
  calls: (tenant: string, limit: number) =>
    ask<{ calls: Call[] }>(withQuery(paths['call.list'], { tenant, limit })),
  call: (id: string) => ask<CallDetail>(withId('call.read', id)),
  recordingUrl: (id: string) => withId('call.recording', id),
  appointments: (tenant: string, span: { readonly fromMs: number; readonly toMs: number }) =>
    ask<{ appointments: Appointment[] }>(
      withQuery(paths['appointment.list'], { tenant, from: span.fromMs, to: span.toMs }),
    ),
  voices: (tenant: string): VoicesAnswer => ask(withId('voices.list', tenant)),
  /** A sound file. */
  voiceSample: async (tenant: string, request: VoiceSampleRequest): Promise<Answer<ArrayBuffer>> => {
    const answer = await fetched(withId('voices.sample', tenant), json('POST', request));
    return answer.ok ? { ok: true, value: await answer.value.arrayBuffer() } : answer;
  },
  saveVoice: (tenant: string, request: VoiceSaveRequest): VoicesAnswer =>
    ask(withId('voice.save', tenant), json('PUT', request)),
  saveDictionary: (tenant: string, dictionary: readonly Pronunciation[]): VoicesAnswer =>
    ask(withId('dictionary.save', tenant), json('PUT', { dictionary })),
  recordVoice: (
    tenant: string,
    { kind, file, speaker }: { readonly kind: RecordingKind; readonly file: Blob; readonly speaker: string },
  ) =>
    ask<{ recording: TakenRecording }>(
      withQuery(withId('voice.record', tenant), kind === 'consent' ? { kind, speaker } : { kind }),
      { method: 'POST', headers: { 'content-type': 'audio/wav' }, body: file },
    ),
  cloneVoice: (tenant: string, request: VoiceCloneRequest): VoicesAnswer =>
    ask(withId('voice.clone', tenant), json('POST', request)),
  forgetVoice: (tenant: string, id: string, copy: 'delete' | 'leave'): VoicesAnswer =>
    ask(withQuery(withId('voice.forget', id), { tenant, copy }), { method: 'DELETE' }),
  providers: (tenant: string) => ask<ProviderChains>(withId('providers.list', tenant)),
  saveProviders: (tenant: string, kind: ProviderKind, chain: readonly ProviderEntry[]) =>
    ask<ProviderChains>(withId('providers.save', tenant), json('PUT', { kind, chain })),
  testProvider: (tenant: string, kind: ProviderKind, entry: ProviderEntry) =>
    ask<ProviderVerdict>(withId('providers.test', tenant), json('POST', { kind, entry })),
  feedUrl: () => {
    const url = new URL(feedPath, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  },
};

import type {
  Appointment,
  Call,
  CallDetail,
  Caller,
  CallerLine,
  ErrorBody,
  KnownAnswer,
  MethodName,
  NewSourceRequest,
  NewTenantRequest,
  PrivacyPolicy,
  Pronunciation,
  ProviderChains,
  ProviderEntry,
  ProviderKind,
  ProviderVerdict,
  Question,
  RecordingKind,
  Source,
  Submission,
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

const json = (method: 'POST' | 'PUT' | 'PATCH', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const withQuery = (path: string, query: Record<string, string | number>): string =>
  `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

const withId = (name: MethodName, id: string): string => paths[name].replace(':id', encodeURIComponent(id));

/** Of one thing that belongs to a tenant. */
const ofTenant = (name: MethodName, id: string, tenant: string): string =>
  withQuery(withId(name, id), { tenant });

/** As much of a list as the API gives at once. */
const most = 500;

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
      withQuery(paths['appointment.list'], { tenant, from: span.fromMs, to: span.toMs, limit: most }),
    ),
  submissions: (tenant: string, status?: Submission['status']) =>
    ask<{ submissions: Submission[] }>(
      withQuery(withId('submission.list', tenant), { limit: most, ...(status ? { status } : {}) }),
    ),
  changeSubmission: (tenant: string, id: string, status: Submission['status']) =>
    ask<{ submission: Submission }>(ofTenant('submission.change', id, tenant), json('PATCH', { status })),
  callers: (tenant: string) =>
    ask<{ callers: CallerLine[] }>(withQuery(withId('caller.list', tenant), { limit: most })),
  caller: (tenant: string, number: string) =>
    ask<{ caller: Caller }>(ofTenant('caller.read', number, tenant)),
  changeCaller: (tenant: string, number: string, optedOut: boolean) =>
    ask<{ optedOut: boolean }>(ofTenant('caller.change', number, tenant), json('PATCH', { optedOut })),
  forgetCaller: (tenant: string, number: string, transcripts: boolean) =>
    ask<{ calls: number }>(ofTenant('caller.forget', number, tenant), json('POST', { transcripts })),
  privacy: (tenant: string) => ask<{ policy: PrivacyPolicy }>(withId('privacy.read', tenant)),
  setPrivacy: (tenant: string, policy: PrivacyPolicy) =>
    ask<{ policy: PrivacyPolicy }>(withId('privacy.set', tenant), json('PUT', policy)),
  sources: (tenant: string) =>
    ask<{ sources: Source[] }>(withQuery(withId('source.list', tenant), { limit: most })),
  addSource: (tenant: string, source: NewSourceRequest) =>
    ask<{ source: Source }>(withId('source.add', tenant), json('POST', source)),
  uploadSource: (tenant: string, name: string, file: Blob) =>
    ask<{ source: Source }>(withQuery(withId('source.upload', tenant), { name }), {
      ...{ method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file },
    }),
  removeSource: (tenant: string, id: string) =>
    ask<{ removed: true }>(ofTenant('source.remove', id, tenant), { method: 'DELETE' }),
  askKnowledge: (tenant: string, question: string) =>
    ask<{ answer: KnownAnswer | null }>(withId('knowledge.ask', tenant), json('POST', { question })),
  questions: (tenant: string) =>
    ask<{ questions: Question[] }>(withQuery(withId('question.list', tenant), { limit: most })),
  answerQuestion: (tenant: string, id: string, answer: string) =>
    ask<{ source: Source }>(ofTenant('question.answer', id, tenant), json('POST', { answer })),
  dismissQuestion: (tenant: string, id: string) =>
    ask<{ question: Question }>(ofTenant('question.dismiss', id, tenant), json('POST', {})),
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

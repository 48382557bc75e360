import type {
  Appointment,
  Call,
  CallerLine,
  KnownAnswer,
  NewSourceRequest,
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
import { type Answer, ask, fetched, json, most, ofTenant, withId, withQuery } from './asking.ts';

export type { Answer, Failure } from './asking.ts';

type VoicesAnswer = Promise<Answer<{ voices: Voices }>>;

export const client = {
  tenants: () => ask<{ tenants: Tenant[] }>(paths['tenant.list']),
  calls: (tenant: string, limit: number) =>
    ask<{ calls: Call[] }>(withQuery(paths['call.list'], { tenant, limit })),
  appointments: (tenant: string, span: { readonly fromMs: number; readonly toMs: number }) =>
    ask<{ appointments: Appointment[] }>(
      withQuery(paths['appointment.list'], { tenant, from: span.fromMs, to: span.toMs, limit: most }),
    ),
  submissions: (tenant: string, status?: Submission['status']) =>
    ask<{ submissions: Submission[] }>(
      withQuery(withId('submission.list', tenant), { limit: most, ...(status ? { status } : {}) }),
    ),
  changeSubmission: (
    tenant: string,
    id: string,
    change: Partial<Pick<Submission, 'status' | 'assignee' | 'note'>>,
  ) => ask<{ submission: Submission }>(ofTenant('submission.change', id, tenant), json('PATCH', change)),
  callers: (tenant: string) =>
    ask<{ callers: CallerLine[] }>(withQuery(withId('caller.list', tenant), { limit: most })),
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
  reopenQuestion: (tenant: string, id: string) =>
    ask<{ question: Question }>(ofTenant('question.reopen', id, tenant), json('POST', {})),
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
  /** @param heard how far each log of events was heard: what came since is told first */
  feedUrl: (heard: ReadonlyMap<string, number>) => {
    const url = new URL(feedPath, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const after = [...heard].map(([log, sequence]) => `${log}:${sequence}`).join(',');
    if (after !== '') url.searchParams.set('after', after);
    return url.href;
  },
};

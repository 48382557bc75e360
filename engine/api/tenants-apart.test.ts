import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock, systemIds } from '../foundation/index.ts';
import { fakeEmbed } from '../knowledge/index.ts';
import type { Box } from '../store/index.ts';
import { fakeSession } from './access/index.ts';
import { type Access, access, allows, errorModel, type MethodName, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { type FakeBusiness, fakeBusiness } from './fake-business.ts';
import { fakeVoices } from './fake-voices.ts';
import { type Api, startApi } from './index.ts';

/** Where a request says whose it is; null for methods of the box, and of things that have one owner by their id. */
function tenantPlace(name: MethodName): 'path' | 'query' | 'body' | null {
  const method: { path: string; query: z.ZodType; body?: z.ZodType } = methods[name];
  if (/\/tenants\/:id(\/|$)/.test(method.path)) return 'path';
  if (has(method.query, 'tenant')) return 'query';
  return method.body && has(method.body, 'tenantId') ? 'body' : null;
}

const has = (schema: z.ZodType, key: string): boolean => schema instanceof z.ZodObject && key in schema.shape;

const names = Object.keys(methods) as MethodName[];
const ofTenants = names.filter((name) => tenantPlace(name) !== null);

interface Request {
  /** The `:id` of the path, where that is not the tenant's. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly file?: { readonly type: string; readonly bytes: Buffer };
  /** Nothing of the other tenant is named, or nothing that has one owner: it is done, for the tenant that asks. */
  readonly own?: true;
  /** Code of the refusal, where it is not `not_found`. */
  readonly code?: string;
}

const span = { from: '0', to: String(Date.UTC(2099, 0, 1)) };
const holdId = '1f0a1c62-6a57-4b0c-9a34-5f1d6a0e7b21';
const customer = { customerName: 'Ann Smith', customerPhone: '+12025550177' };
const calendarAccount = { address: 'http://127.0.0.1/', user: 'me', password: 'secret' };
const local = { provider: 'local' };
const voice = { voice: 'piper-en-us-joe-medium', speed: 1, turnTaking: { floorMs: 300, ceilingMs: 2000 } };
const policies = (box: Box, id: string) => ({
  outbound: box.outbound.policy(id),
  privacy: box.tenant(id).privacy.policy(),
});

const agent = (box: Box, id: string) => box.tenant(id).agent;
const seen = (box: Box, id: string) => ({ revision: agent(box, id).revision() });

/** For each method a good request of one business that names, wherever it can, what belongs to the other one. */
const requests = (
  other: FakeBusiness,
  { box, tenantId }: { box: Box; tenantId: string },
): Readonly<Record<string, Request>> => ({
  'session.actAs': { own: true, body: {} },
  'member.list': { own: true },
  'member.invite': { own: true, body: { email: 'new@example.com', role: 'member' } },
  'member.uninvite': { id: other.invitationId },
  'member.change': { id: other.memberId, body: { role: 'member' } },
  'member.remove': { id: other.memberId },
  'token.list': { own: true },
  'token.create': { own: true, body: { name: 'Web', scopes: ['calls:read'] } },
  'token.revoke': { id: other.tokenId },
  'audit.list': { own: true },
  'business.change': { own: true, body: { status: 'active' } },
  'branding.read': { own: true },
  'branding.logo': {},
  'tenant.change': { own: true, body: { recording: 'off' } },
  'tenant.export': { own: true, body: { passphrase: 'ten letters or more' } },
  'tenant.remove': { code: 'input_invalid', query: { slug: 'another' } },
  'number.add': { own: true, body: { number: '+12025550188' } },
  'number.change': { id: other.number, body: { active: false } },
  'number.remove': { id: other.number },
  'phone.list': { own: true },
  'phone.create': { own: true, body: { label: 'Desk' } },
  'ringGroup.list': { own: true },
  'ringGroup.create': { code: 'input_invalid', body: { name: 'Team', members: [other.phone] } },
  'transferTarget.list': { own: true },
  'transferTarget.create': {
    code: 'input_invalid',
    body: { name: 'Boss', kind: 'phone', target: other.phone },
  },
  'outbound.read': { own: true },
  'outbound.set': { own: true, body: policies(box, tenantId).outbound },
  'overflow.read': { own: true },
  'overflow.set': {
    code: 'input_invalid',
    body: { kind: 'ring-group', ringGroupId: other.ringGroupId, retryAfterS: 60 },
  },
  'closed.read': { own: true },
  'closed.set': { code: 'input_invalid', body: { kind: 'ring-group', ringGroupId: other.ringGroupId } },
  'providers.list': { own: true },
  'providers.save': { own: true, body: { kind: 'stt', chain: [local] } },
  'providers.test': { own: true, body: { kind: 'stt', entry: local } },
  'voices.list': { own: true },
  'voices.sample': { body: { text: 'Hello', clonedVoiceId: other.voiceId } },
  'voice.save': { body: { ...voice, clonedVoiceId: other.voiceId } },
  'dictionary.save': { own: true, body: { dictionary: [] } },
  'voice.record': {
    code: 'input_invalid',
    query: { kind: 'sample' },
    file: { type: 'audio/wav', bytes: Buffer.from('RIFF') },
  },
  'voice.clone': {
    body: { name: 'Copy', vendor: 'cartesia', sampleId: other.voiceId, consentId: other.voiceId },
  },
  'voice.forget': { id: other.voiceId },
  'voice.recording': { id: other.voiceId, query: { kind: 'sample' } },
  'talk.start': { code: 'inference_unavailable', body: {} },
  'call.list': { own: true },
  'call.exportList': { own: true },
  'call.transcript': { id: other.callId },
  'call.extraction': { id: other.callId },
  'call.waveform': { id: other.callId },
  'call.place': { code: 'transfer_target_unknown', body: { phone: other.phone, number: '+12025550188' } },
  'call.ladder': { id: other.callId },
  'call.complete': { id: other.callId, body: { outcome: 'failed' } },
  'call.redact': { id: other.callId, body: { whole: true } },
  'call.remove': { id: other.callId },
  'call.export': { id: other.callId },
  'callNote.add': { id: other.callId, body: { text: 'Mine' } },
  'callNote.change': { id: other.noteId, body: { text: 'Mine' } },
  'callNote.remove': { id: other.noteId },
  'appointment.list': { own: true, query: span },
  'appointment.book': {
    body: { serviceId: other.serviceId, startsAtMs: Date.UTC(2098, 5, 3, 14), ...customer },
  },
  'appointment.openings': { query: { service: other.serviceId, ...span } },
  'appointment.hold': {
    body: { holdId, serviceId: other.serviceId, startsAtMs: Date.UTC(2098, 5, 3, 14) },
  },
  // Holds of the desk are named by whoever puts them, and there may be none any more.
  'appointment.release': { own: true, id: holdId },
  'appointment.move': { id: other.appointmentId, body: { startsAtMs: Date.UTC(2098, 5, 3, 14) } },
  'appointment.cancel': { id: other.appointmentId, body: {} },
  'appointment.approve': { id: other.draftId, body: {} },
  'appointment.decline': { id: other.draftId, body: {} },
  'appointment.restore': { id: other.appointmentId, body: { status: 'booked' } },
  'service.list': { own: true },
  'staff.list': { own: true },
  'hours.read': { own: true },
  'analytics.read': { own: true, query: { from: '2026-01-01', to: '2026-01-31' } },
  'analytics.set': { own: true, body: { minutesPerCall: 5 } },
  'holiday.list': { own: true },
  'holiday.add': { own: true, body: { day: '2098-01-01', name: 'New Year', spans: [] } },
  'holiday.remove': { id: other.holiday },
  'source.list': { own: true },
  'source.add': { own: true, body: { kind: 'answer', question: 'Is there parking?', answer: 'Yes.' } },
  'source.upload': {
    own: true,
    query: { name: `${other.name}.csv` },
    file: { type: 'application/octet-stream', bytes: Buffer.from('Service,Price\nShave,$20\n') },
  },
  'source.remove': { id: other.sourceId },
  'knowledge.ask': { own: true, body: { question: `What does a ${other.name} cut cost?` } },
  'question.list': { own: true },
  'question.answer': { id: other.questionId, body: { answer: 'Yes.' } },
  'question.dismiss': { id: other.questionId, body: {} },
  'question.reopen': { id: other.questionId, body: {} },
  'submission.list': { own: true },
  'submission.change': { id: other.submissionId, body: { status: 'done' } },
  'notification.list': { own: true },
  'caller.list': { own: true },
  'caller.read': { id: other.caller },
  // A number may call several businesses: what is done is done to what this one knows of it.
  'caller.change': { own: true, id: other.caller, body: { optedOut: true } },
  'caller.forget': { own: true, id: other.caller, body: { transcripts: true } },
  'privacy.read': { own: true },
  'privacy.set': { own: true, body: policies(box, tenantId).privacy },
  'doNotCall.list': { own: true },
  'doNotCall.add': { own: true, body: { number: '+12025550199' } },
  'doNotCall.remove': { id: other.doNotCall },
  'calendarSettings.read': { own: true },
  'calendarSettings.change': { own: true, body: { approval: 'none' } },
  'reminder.list': { own: true },
  'reminder.done': { id: other.appointmentId, body: {} },
  'mail.list': { own: true },
  'mailAccount.read': { own: true },
  'mailAccount.set': {
    own: true,
    body: { host: 'mail.example', port: 465, security: 'tls', fromAddress: 'desk@mine.example' },
  },
  'mailAccount.remove': { own: true },
  'mailAccount.try': { code: 'mail_account_missing', body: {} },
  'calendar.links': { own: true },
  'calendar.findCalendars': { code: 'calendar_unreachable', body: calendarAccount },
  'calendar.link': {
    body: { ...calendarAccount, calendar: 'http://127.0.0.1/', name: 'Mine', staffId: other.staffId },
  },
  'calendar.unlink': { id: other.linkId },
  'calendar.syncNow': { id: other.linkId, body: {} },
  'agent.read': { own: true },
  'agent.save': {
    own: true,
    body: { document: agent(box, tenantId).live().document, ...seen(box, tenantId) },
  },
  'agent.discard': { own: true, body: seen(box, tenantId) },
  'agent.publish': { body: seen(box, tenantId) },
  'agent.template': {
    own: true,
    body: { document: agent(box, tenantId).live().document, profession: 'dentist' },
  },
  'agentVersion.list': { own: true },
  'agentVersion.read': { own: true, id: '1' },
  'agentVersion.restore': { own: true, id: '1', body: seen(box, tenantId) },
  'rehearsal.read': { own: true },
  'rehearsal.start': { code: 'rehearsal_unfinished', body: {} },
  'rehearsal.try': {
    code: 'rehearsal_unfinished',
    body: { document: agent(box, tenantId).live().document, say: ['Hello'] },
  },
  'rehearsal.cases': { own: true },
  'rehearsal.setCases': { own: true, body: { yaml: '' } },
  'playbook.read': { own: true },
  'playbook.set': { own: true, body: {} },
});

describe('two tenants of one box', () => {
  let fake: FakeApi;
  let box: Box;
  let api: Api;
  let mine: FakeBusiness;
  /** Owner of my business, and of nothing else. */
  let me: Readonly<Record<string, string>>;
  const localKey = 'of-an-owner-of-the-whole-box';
  const boxOwner = { authorization: `Bearer ${localKey}` };
  let theirs: FakeBusiness;

  beforeAll(async () => {
    fake = new FakeApi();
    ({ box } = fake);
    const parts = { box, clock: systemClock, ids: systemIds, embed: fakeEmbed };
    theirs = await fakeBusiness('Aardvark', 1, parts);
    mine = await fakeBusiness('Bumblebee', 2, parts);
    me = fakeSession(box, { roles: { [mine.tenantId]: 'owner' } }).headers;
    api = await startApi(
      fake.options({
        ...{ embed: fakeEmbed, localKey },
        voices: fakeVoices(),
      }),
    );
  });

  afterAll(async () => {
    await api.stop();
    await fake.close();
  });

  const send = async (name: MethodName, tenantId: string, request: Request, who = boxOwner as typeof me) => {
    const { verb, path } = methods[name];
    const place = tenantPlace(name);
    const id = place === 'path' ? tenantId : (request.id ?? '');
    const query = { ...request.query, ...(place === 'query' ? { tenant: tenantId } : {}) };
    const body = place === 'body' ? { tenantId, ...Object(request.body) } : request.body;
    const content = request.file
      ? { type: request.file.type, body: new Uint8Array(request.file.bytes) }
      : body === undefined
        ? null
        : { type: 'application/json', body: JSON.stringify(body) };
    const url = `http://127.0.0.1:${api.port}${path.replace(':id', encodeURIComponent(id))}`;
    const response = await fetch(`${url}?${new URLSearchParams(query)}`, {
      method: verb,
      headers: { ...who, ...(content ? { 'content-type': content.type } : {}) },
      body: content?.body ?? null,
    });
    const text = await response.text();
    return {
      ok: response.ok,
      text,
      code: response.ok ? null : errorModel.parse(JSON.parse(text)).error.code,
    };
  };
  const requestOf = (name: MethodName): Request => {
    const request = requests(theirs, { box, tenantId: mine.tenantId })[name];
    if (!request) throw new Error(`${name} names a tenant and has no request here`);
    return request;
  };
  /** Everything that the API tells of a business. */
  const told = async ({ tenantId, caller }: FakeBusiness): Promise<Record<string, string>> => {
    // Neither has a recording or a logo, nor has anything come over a line; what was asked here is written down.
    const silent: readonly MethodName[] = [
      ...(['voice.recording', 'call.waveform', 'call.ladder', 'branding.logo', 'audit.list'] as const),
    ];
    const lists = ofTenants.filter((name) => methods[name].verb === 'GET' && !silent.includes(name));
    const answers = lists.map(async (name) => {
      const request = { ...requestOf(name), ...(name === 'caller.read' ? { id: caller } : {}) };
      const { ok, text } = await send(name, tenantId, request);
      expect([name, ok]).toEqual([name, true]);
      return [name, text] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  };

  it('have a request here for every method that names a tenant', () => {
    expect(Object.keys(requests(theirs, { box, tenantId: mine.tenantId })).toSorted()).toEqual(
      ofTenants.toSorted(),
    );
  });

  it.each(ofTenants)('are both there, or %s says so', async (name) => {
    expect(await send(name, systemIds.uuid(), requestOf(name))).toMatchObject({
      ok: false,
      code: 'tenant_unknown',
    });
  });

  it('do not touch or see what belongs to the other one', async () => {
    const before = await told(theirs);
    expect(JSON.stringify(before)).toContain(theirs.submissionId);
    const secrets = Object.entries(theirs).flatMap(([key, value]) => (key === 'name' ? `${value} ` : value));
    const asked = ofTenants.map(requestOf);
    for (const name of ofTenants) {
      const request = requestOf(name);
      const { ok, text, code } = await send(name, mine.tenantId, request, me);
      const line: Access = access[name];
      const rights = { boxRole: null, roles: { [mine.tenantId]: 'owner' as const }, resells: [] };
      const expected = request.own ? null : (request.code ?? 'not_found');
      expect([name, code]).toEqual([name, allows(line, rights, mine.tenantId) ? expected : 'not_allowed']);
      if (!ok) continue;
      // What a business has asked for stands in its own audit log as it named it.
      const given = JSON.stringify(name === 'audit.list' ? asked : request);
      const seen = secrets.filter((secret) => text.includes(secret) && !given.includes(secret.trim()));
      expect([name, seen]).toEqual([name, []]);
    }
    expect(await told(theirs)).toEqual(before);
  });
});

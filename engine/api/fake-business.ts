import { bookAppointment } from '../calendar/index.ts';
import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import { ingest, type KnowledgeParts } from '../knowledge/index.ts';
import type { Box } from '../store/index.ts';

/** One thing of every kind that a business has, by id. Every word of it carries the business's name. */
export interface FakeBusiness {
  readonly tenantId: string;
  readonly name: string;
  readonly callId: string;
  readonly noteId: string;
  readonly caller: string;
  /** Leads to it. */
  readonly number: string;
  readonly serviceId: string;
  readonly appointmentId: string;
  readonly draftId: string;
  readonly submissionId: string;
  readonly sourceId: string;
  readonly questionId: string;
  readonly holiday: string;
  readonly doNotCall: string;
  readonly phone: string;
  readonly ringGroupId: string;
  readonly voiceId: string;
  readonly staffId: string;
  /** A calendar elsewhere. */
  readonly linkId: string;
  /** Its owner; somebody who is invited; a program. */
  readonly memberId: string;
  readonly invitationId: string;
  readonly tokenId: string;
}

interface Parts {
  readonly box: Box;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly embed: KnowledgeParts['embed'];
}

const zone = 'America/New_York';
/** A Monday far ahead, 10:00 in the business's zone. */
const mondayMs = Date.UTC(2098, 5, 2, 14);

/** Fake: a business that has been called. `digit` makes its numbers its own. */
export async function fakeBusiness(name: string, digit: number, parts: Parts): Promise<FakeBusiness> {
  const { box, clock, ids, embed } = parts;
  const number = (end: string): string => `+1202555${digit}${end}`;
  const [caller, called, doNotCall] = [number('101'), number('102'), number('103')];
  const { id: tenantId } = box.tenants.create({ name, timeZone: zone, numbers: [{ number: called }] });
  const store = box.tenant(tenantId);
  const callId = ids.uuid();
  store.calls.start({
    id: callId,
    sipCallId: callId,
    callerNumber: caller,
    callerName: name,
    calledNumber: called,
  });
  store.callers.remember({
    ...{ number: caller, callId, name: `${name} Caller`, summary: `${name} was asked for.`, facts: [] },
    ...{ preferences: { serviceId: null, staffId: null, partOfDay: null }, atMs: clock.nowMs() },
  });
  store.calls.end(callId, 'message');
  const noteId = store.callNotes.add(callId, { text: `${name} will call again.`, author: null }).id;
  const submissionId = ids.uuid();
  store.submissions.insert({
    ...{
      id: submissionId,
      skill: 'message',
      kind: 'message',
      title: `Message for ${name}`,
      callId,
      urgent: false,
    },
    ...{ customerName: `${name} Caller`, customerPhone: caller, totalMinor: null, currency: null },
    ...{ fields: [], status: 'open', createdAtMs: clock.nowMs() },
  });
  const serviceId = store.profile().services[0]?.id ?? '';
  const book = (startsAtMs: number, ofCall: string | null): string => {
    const customer = { customerName: `${name} Caller`, customerPhone: caller, callId: ofCall };
    return bookAppointment(store, { serviceId, startsAtMs, ...customer }, { clock, ids }).id;
  };
  const appointmentId = book(mondayMs, null);
  store.calendarSettings.change({ approval: 'by-hand' });
  const draftId = book(mondayMs + 7_200_000, callId);
  const holiday = `2098-12-1${digit}`;
  store.holidays.add({ day: holiday, name: `${name} Day`, spans: [] });
  store.doNotCall.add(doNotCall, callId);
  const questionId = store.unanswered.record(`Does ${name} do weddings?`, callId).id;
  const staffId = store.profile().staff[0]?.id ?? '';
  const { id: linkId } = store.calendarLinks.add({
    ...{ id: ids.uuid(), name: `${name} calendar`, address: 'http://127.0.0.1/', user: name, password: name },
    ...{
      calendar: `http://127.0.0.1/${name}/`,
      staffId,
      readOnly: false,
      allowPrivate: true,
      nextSyncAtMs: 0,
    },
  });
  const bytes = Buffer.from(`Service,Price\n${name} cut,$40\n${name} colour,$90\n`);
  const source = await ingest({ kind: 'file', name: `${name}.csv`, bytes }, { store, embed, clock, ids });
  if (store.appointments.find(draftId)?.status !== 'draft')
    throw new VoxboxError('input_invalid', 'no draft');
  const line = { tenantId, name, digit };
  return {
    ...{
      tenantId,
      name,
      callId,
      noteId,
      caller,
      serviceId,
      appointmentId,
      draftId,
      submissionId,
      sourceId: source.id,
    },
    ...{ number: called, questionId, holiday, doNotCall, staffId, linkId },
    ...(await fakeLine(line, parts)),
    ...fakePeople(line, parts),
  };
}

/** What the box keeps for it: a phone, who it rings with, and a copied voice. */
async function fakeLine(
  { tenantId, name, digit }: { readonly tenantId: string; readonly name: string; readonly digit: number },
  { box, clock, ids }: Parts,
): Promise<Pick<FakeBusiness, 'phone' | 'ringGroupId' | 'voiceId'>> {
  const phone = `${name.toLowerCase()}-phone`;
  const label = `${name} desk`;
  box.phones.add({ tenantId, username: phone, ha1: 'a'.repeat(32), label, extension: `10${digit}` });
  const group = box.ringGroups.add({ tenantId, name: `${name} team`, members: [phone] });
  const wav = Buffer.from('RIFF');
  const consent = { speaker: name, sentence: 'I agree.', heard: 'I agree.', atMs: clock.nowMs() };
  const voice = {
    id: ids.uuid(),
    name: `${name} voice`,
    vendor: 'cartesia',
    voice: `copy-${digit}`,
    consent,
  } as const;
  const { id: voiceId } = await box.tenant(tenantId).voices.keep(voice, { sample: wav, consent: wav });
  return { phone, ringGroupId: group.id, voiceId };
}

function fakePeople(
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
  { box }: Parts,
): Pick<FakeBusiness, 'memberId' | 'invitationId' | 'tokenId'> {
  const email = `${name.toLowerCase()}@example.com`;
  const { id: memberId } = box.users.add({ email, name: `${name} Owner`, boxRole: null, passwordHash: null });
  box.memberships.set({ tenantId, userId: memberId, role: 'owner' });
  const asked = { kind: 'invitation', email: `new-${email}`, tenantId, tenantRole: 'member' } as const;
  const lastsMs = 86_400_000;
  const invitation = box.links.add({ ...asked, tokenHash: Buffer.from(`${name} link`), lastsMs });
  const token = { tenantId, name: `${name} program`, scopes: ['calls:read'], createdBy: `${name} Owner` };
  const { id: tokenId } = box.apiTokens.add({ ...token, tokenHash: Buffer.from(`${name} token`) });
  return { memberId, invitationId: invitation.id, tokenId };
}

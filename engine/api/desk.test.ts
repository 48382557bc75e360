import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { systemClock, systemIds } from '../foundation/index.ts';
import { fakeEmbed } from '../knowledge/index.ts';
import type { Box } from '../store/index.ts';
import {
  type DeskMethod,
  deskMethods,
  errorModel,
  feedMessageModel,
  type SourceProgress,
} from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { type FakeBusiness, fakeBusiness } from './fake-business.ts';
import { type Api, type DeskRequest, fakeOwner, startApi } from './index.ts';

let fake: FakeApi;
let box: Box;
let api: Api;
let salon: FakeBusiness;

beforeAll(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  salon = await fakeBusiness('Salon', 1, { box, clock: systemClock, ids: systemIds, embed: fakeEmbed });
  api = await startApi(fake.options({ embed: fakeEmbed, whoIs: fakeOwner }));
});

afterAll(async () => {
  await api.stop();
  await fake.close();
});

const send = ({ method, id = '', query = {}, body, file }: DeskRequest<DeskMethod>): Promise<Response> => {
  const { verb, path } = deskMethods[method];
  const url = `http://127.0.0.1:${api.port}${path.replace(':id', encodeURIComponent(id))}`;
  const type = file ? 'application/octet-stream' : 'application/json';
  return fetch(`${url}?${new URLSearchParams(query)}`, {
    method: verb,
    ...(file || body !== undefined ? { headers: { 'content-type': type } } : {}),
    ...(file ? { body: new Uint8Array(file) } : body === undefined ? {} : { body: JSON.stringify(body) }),
  });
};

type Given = Omit<DeskRequest<DeskMethod>, 'method'>;

/** The answer, as strict as the contract: what it does not name may not be told. */
async function ask<M extends DeskMethod>(
  method: M,
  given: Given = {},
): Promise<z.output<(typeof deskMethods)[M]['answer']>> {
  const response = await send({ method, ...given });
  const said: unknown = await response.json();
  expect(said).not.toHaveProperty('error');
  const answer: unknown = deskMethods[method].answer.parse(said);
  expect(answer).toEqual(said);
  return answer as z.output<(typeof deskMethods)[M]['answer']>;
}

async function refused(method: DeskMethod, given: Given = {}): Promise<string> {
  const response = await send({ method, ...given });
  expect(response.ok).toBe(false);
  return errorModel.parse(await response.json()).error.code;
}

const tenant = () => ({ id: salon.tenantId });
const of = (id: string) => ({ id, query: { tenant: salon.tenantId } });
const lastEvent = (): string | undefined => box.tenant(salon.tenantId).events.since(0, 10_000).at(-1)?.type;

describe('knowledge', () => {
  it('takes a file, tells how far it is, and answers from it', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/feed`);
    const told: SourceProgress[] = [];
    const opened = new Promise<void>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        const message = feedMessageModel.parse(JSON.parse(String(data)));
        if (message.type === 'snapshot') resolve();
        if (message.type === 'source.progressed') told.push(message);
      });
    });
    await opened;
    const file = Buffer.from('# Parking\n\nGuests park behind the house, free of charge.\n');
    const { source } = await ask('source.upload', { ...tenant(), query: { name: 'parking.md' }, file });
    expect(source).toMatchObject({ kind: 'file', name: 'parking.md', passages: 1 });
    await expect.poll(() => told.map(({ stage }) => stage)).toContain('saving');
    expect(told[0]).toMatchObject({
      tenantId: salon.tenantId,
      name: 'parking.md',
      stage: 'reading',
      done: 0,
    });
    socket.close();
    const { answer } = await ask('knowledge.ask', {
      ...tenant(),
      body: { question: 'Where do guests park?' },
    });
    expect(answer?.passages[0]?.sourceId).toBe(source.id);
    expect(answer?.text).toContain('behind the house');
    const { sources } = await ask('source.list', { ...tenant(), query: { limit: '1', offset: '1' } });
    expect(sources).toEqual([source]);
    expect(await ask('source.remove', of(source.id))).toEqual({ removed: true });
    expect(await refused('source.remove', of(source.id))).toBe('not_found');
  });

  it('takes a question with its answer', async () => {
    const body = { kind: 'answer', question: 'Do you take cards?', answer: 'Yes, all of them.' };
    expect((await ask('source.add', { ...tenant(), body })).source.kind).toBe('answer');
    expect(await refused('source.add', { ...tenant(), body: { ...body, answer: '' } })).toBe('input_invalid');
    expect(await refused('source.add', { ...tenant(), body: { kind: 'rumour' } })).toBe('input_invalid');
  });

  it('refuses what cannot be read, and addresses of the own network unless it is asked to', async () => {
    const upload = { ...tenant(), query: { name: 'a.pdf' }, file: Buffer.from('no PDF') };
    expect(await refused('source.upload', upload)).toBe('document_unreadable');
    expect(await refused('source.upload', { ...upload, query: {} })).toBe('input_invalid');
    const own = { kind: 'address', url: `http://127.0.0.1:${api.port}/health` };
    expect(await refused('source.add', { ...tenant(), body: own })).toBe('address_refused');
    const { source } = await ask('source.add', { ...tenant(), body: { ...own, private: true } });
    expect(source).toMatchObject({ kind: 'address', origin: own.url });
    expect(
      await refused('source.add', { ...tenant(), body: { kind: 'address', url: 'file:///etc/hosts' } }),
    ).toBe('address_refused');
  });

  it('reads the own network for the box itself alone', async () => {
    const app = await fake.build({ host: '0.0.0.0', embed: fakeEmbed, whoIs: fakeOwner });
    const code = async (
      remoteAddress: string,
      allowed: boolean,
      [name, payload]: readonly [keyof typeof deskMethods, object] = page,
    ): Promise<string> => {
      const { verb: method, path } = deskMethods[name];
      const url = path.replace(':id', salon.tenantId);
      const asked = { method, url, remoteAddress, payload: { ...payload, private: allowed } };
      return errorModel.parse((await app.inject(asked)).json()).error.code;
    };
    const page = ['source.add', { kind: 'address', url: 'http://127.0.0.1:1/' }] as const;
    const server = { host: '127.0.0.1', port: 25, security: 'none', fromAddress: 'not an address' };
    expect(await code('203.0.113.5', true, ['mailAccount.set', server])).toBe('request_refused');
    expect(await code('127.0.0.1', true, ['mailAccount.set', server])).toBe('input_invalid');
    expect(await code('203.0.113.5', true)).toBe('request_refused');
    expect(await code('203.0.113.5', false)).toBe('address_refused');
    expect(await code('::ffff:127.0.0.1', true)).toBe('address_unreachable');
  });

  it('answers a question once, for all who ask it', async () => {
    const { questions } = await ask('question.list', tenant());
    expect(questions.map(({ id }) => id)).toEqual([salon.questionId]);
    expect(await refused('question.answer', { ...of(salon.questionId), body: { answer: ' ' } })).toBe(
      'input_invalid',
    );
    await ask('question.answer', { ...of(salon.questionId), body: { answer: 'Salon does weddings.' } });
    expect((await ask('question.list', tenant())).questions).toEqual([]);
    expect(
      (await ask('question.list', { ...tenant(), query: { status: 'answered' } })).questions,
    ).toHaveLength(1);
    const { id } = box.tenant(salon.tenantId).unanswered.record('Is there a piano?', null);
    expect((await ask('question.dismiss', { ...of(id), body: {} })).question.status).toBe('dismissed');
    expect(lastEvent()).toBe('question.dismissed');
    expect((await ask('question.reopen', { ...of(id), body: {} })).question.status).toBe('open');
    expect(lastEvent()).toBe('question.reopened');
    await ask('question.dismiss', { ...of(id), body: {} });
    expect(await refused('question.reopen', { ...of('nothing'), body: {} })).toBe('not_found');
    expect(await refused('question.list', { ...tenant(), query: { status: 'lost' } })).toBe('input_invalid');
    expect(await refused('knowledge.ask', { ...tenant(), body: {} })).toBe('input_invalid');
  });
});

describe('the inbox', () => {
  it('is listed, a part at a time, and dealt with', async () => {
    const { submissions } = await ask('submission.list', { ...tenant(), query: { status: 'open' } });
    expect(submissions).toMatchObject([
      { id: salon.submissionId, title: 'Message for Salon', status: 'open' },
    ]);
    expect((await ask('submission.list', { ...tenant(), query: { offset: '1' } })).submissions).toEqual([]);
    const done = { ...of(salon.submissionId), body: { status: 'done' } };
    expect((await ask('submission.change', done)).submission.status).toBe('done');
    expect(lastEvent()).toBe('submission.changed');
    expect((await ask('submission.list', { ...tenant(), query: { status: 'open' } })).submissions).toEqual(
      [],
    );
    const worked = { assignee: 'Ann', note: 'Called back at three, no answer.' };
    expect((await ask('submission.change', { ...done, body: worked })).submission).toMatchObject({
      ...{ status: 'done', ...worked },
    });
    const cleared = { ...done, body: { note: null } };
    expect((await ask('submission.change', cleared)).submission).toMatchObject({
      assignee: 'Ann',
      note: null,
    });
    const listOf = async (caller: string) =>
      (await ask('submission.list', { ...tenant(), query: { caller } })).submissions.map(({ id }) => id);
    expect(await listOf(salon.caller)).toEqual([salon.submissionId]);
    expect(await listOf('+12025550000')).toEqual([]);
    expect(await refused('submission.change', { ...done, body: { status: 'lost' } })).toBe('input_invalid');
    expect(await refused('submission.list', { ...tenant(), query: { limit: '0' } })).toBe('input_invalid');
  });
});

describe('callers', () => {
  it('are listed and read', async () => {
    expect((await ask('caller.list', tenant())).callers).toMatchObject([{ number: salon.caller, calls: 1 }]);
    const named = async (query: Record<string, string>) =>
      (await ask('caller.list', { ...tenant(), query })).callers.map(({ name }) => name);
    expect(await named({ q: 'lon cal', sort: 'name' })).toEqual(['Salon Caller']);
    expect(await named({ q: salon.caller.slice(-4) })).toEqual(['Salon Caller']);
    expect(await named({ q: '%' }), 'is no pattern').toEqual([]);
    expect((await ask('caller.list', tenant())).callers[0]?.lastCallAtMs).toBeGreaterThan(0);
    expect(await refused('caller.list', { ...tenant(), query: { sort: 'age' } })).toBe('input_invalid');
    const { caller } = await ask('caller.read', of(salon.caller));
    expect(caller).toMatchObject({ name: 'Salon Caller', summaries: [{ text: 'Salon was asked for.' }] });
    expect(await refused('caller.read', of('+12025550000'))).toBe('not_found');
    expect(await refused('caller.list', { ...tenant(), query: { limit: '501' } })).toBe('input_invalid');
  });

  it('are forgotten, and not remembered who do not want to be', async () => {
    expect(await ask('caller.forget', { ...of(salon.caller), body: {} })).toEqual({ calls: 1 });
    expect(await refused('caller.read', of(salon.caller))).toBe('not_found');
    expect(await refused('caller.forget', { ...of('Sarah'), body: {} })).toBe('input_invalid');
    await ask('caller.change', { ...of(salon.caller), body: { optedOut: true } });
    expect((await ask('caller.read', of(salon.caller))).caller.optedOut).toBe(true);
    await ask('caller.change', { ...of(salon.caller), body: { optedOut: false } });
    expect(await refused('caller.read', of(salon.caller))).toBe('not_found');
    const note = { ...of(salon.caller), body: { note: 'Rings twice.' } };
    expect((await ask('caller.change', note)).caller).toMatchObject({
      note: 'Rings twice.',
      optedOut: false,
    });
    expect((await ask('caller.read', of(salon.caller))).caller.note).toBe('Rings twice.');
    expect((await ask('caller.change', { ...note, body: { note: null } })).caller?.note).toBeNull();
    expect(await refused('caller.change', { ...note, body: { note: '' } })).toBe('input_invalid');
    const both = { ...note, body: { optedOut: true, note: 'Rings twice.' } };
    expect(await refused('caller.change', both)).toBe('input_invalid');
    expect((await ask('caller.read', of(salon.caller))).caller.optedOut).toBe(false);
    expect(await refused('caller.change', { ...of('Sarah'), body: { optedOut: true } })).toBe(
      'input_invalid',
    );
  });

  it('are remembered only where the business wants that', async () => {
    const { policy } = await ask('privacy.read', tenant());
    expect(policy.memory).toBe(true);
    const set = await ask('privacy.set', { ...tenant(), body: { ...policy, memory: false } });
    expect(set.policy).toEqual({ ...policy, memory: false });
    expect(box.tenant(salon.tenantId).privacy.policy().memory).toBe(false);
    expect(await refused('privacy.set', { ...tenant(), body: { memory: true } })).toBe('input_invalid');
  });

  it('are not called who do not want to be', async () => {
    await ask('doNotCall.add', { ...tenant(), body: { number: '+12025550199' } });
    await ask('doNotCall.add', { ...tenant(), body: { number: '+12025550199' } });
    const { numbers } = await ask('doNotCall.list', tenant());
    expect(numbers.map(({ number }) => number).toSorted()).toEqual(
      [salon.doNotCall, '+12025550199'].toSorted(),
    );
    await ask('doNotCall.remove', of('+12025550199'));
    expect(await refused('doNotCall.remove', of('+12025550199'))).toBe('not_found');
    expect(await refused('doNotCall.add', { ...tenant(), body: { number: '0199' } })).toBe('input_invalid');
    expect(await refused('doNotCall.list', { ...tenant(), query: { page: '2' } })).toBe('input_invalid');
  });
});

describe('appointments', () => {
  const monday = Date.UTC(2098, 5, 9, 14);
  const customer = { customerName: 'Ann Smith', customerPhone: '+12025550177' };
  const holdId = '1f0a1c62-6a57-4b0c-9a34-5f1d6a0e7b21';
  const firstOpening = async (query: Record<string, string> = {}) => {
    const asked = {
      service: salon.serviceId,
      from: String(monday),
      to: String(monday + 86_400_000),
      ...query,
    };
    return (await ask('appointment.openings', { ...tenant(), query: asked })).openings[0];
  };

  it('are offered, kept while a form is filled in, booked, and not twice', async () => {
    const { services } = await ask('service.list', tenant());
    const { staff } = await ask('staff.list', tenant());
    expect(services.map(({ id }) => id)).toContain(salon.serviceId);
    const { hours } = await ask('hours.read', tenant());
    expect(hours.length).toBeGreaterThan(0);
    const [member] = staff;
    if (!member) throw new Error('nobody works there');
    const opening = await firstOpening({ staff: member.id });
    if (!opening) throw new Error('nothing is free');
    const place = { serviceId: salon.serviceId, staffId: member.id, startsAtMs: opening.startsAtMs };
    const held = await ask('appointment.hold', { ...tenant(), body: { ...place, holdId } });
    expect(held.expiresAtMs).toBeGreaterThan(systemClock.nowMs());
    expect((await firstOpening({ staff: member.id }))?.startsAtMs).not.toBe(opening.startsAtMs);
    expect(await refused('appointment.book', { ...tenant(), body: { ...place, ...customer } })).toBe(
      'opening_taken',
    );
    const body = { ...place, ...customer, holdId, note: 'By the window' };
    const { appointment } = await ask('appointment.book', { ...tenant(), body });
    expect(appointment).toMatchObject({
      ...{ ...customer, staffId: member.id, source: 'desk', callId: null },
      // The salon approves what callers book; what it books itself needs no word.
      ...{ status: 'booked', details: { note: 'By the window' } },
    });
    expect(lastEvent()).toBe('appointment.booked');
    expect(await refused('appointment.book', { ...tenant(), body: { ...place, ...customer } })).toBe(
      'opening_taken',
    );
    const near = { service: salon.serviceId, staff: member.id, near: String(place.startsAtMs), limit: '2' };
    const { openings } = await ask('appointment.openings', { ...tenant(), query: near });
    expect(openings).toHaveLength(2);
    expect(await refused('appointment.openings', { ...tenant(), query: { service: salon.serviceId } })).toBe(
      'input_invalid',
    );
    const bad = { ...place, ...customer, customerPhone: '0177' };
    expect(await refused('appointment.book', { ...tenant(), body: bad })).toBe('input_invalid');
  });

  it('are free again when the form is closed', async () => {
    const opening = await firstOpening();
    if (!opening) throw new Error('nothing is free');
    const place = { serviceId: salon.serviceId, startsAtMs: opening.startsAtMs };
    await ask('appointment.hold', { ...tenant(), body: { ...place, holdId } });
    await ask('appointment.release', of(holdId));
    expect(await ask('appointment.release', of(holdId))).toEqual({ released: true });
    expect(await firstOpening()).toEqual(opening);
    expect(await refused('appointment.hold', { ...tenant(), body: { ...place, holdId: 'mine' } })).toBe(
      'input_invalid',
    );
  });

  it('are again what they were when they were cancelled by mistake', async () => {
    const opening = await firstOpening();
    const body = { serviceId: salon.serviceId, startsAtMs: opening?.startsAtMs, ...customer };
    const { appointment } = await ask('appointment.book', { ...tenant(), body });
    const one = { ...of(appointment.id), body: {} };
    await ask('appointment.cancel', one);
    const again = await ask('appointment.restore', { ...one, body: { status: 'booked' } });
    expect(again.appointment).toMatchObject({ id: appointment.id, status: 'booked' });
    expect(lastEvent()).toBe('appointment.restored');
    expect(await refused('appointment.restore', { ...one, body: { status: 'lost' } })).toBe('input_invalid');
    await ask('appointment.cancel', one);
  });

  it('are moved, approved, declined and cancelled', async () => {
    const found = box.tenant(salon.tenantId).appointments.find(salon.appointmentId);
    const startsAtMs = (found?.startsAtMs ?? 0) + 3_600_000;
    const move = { ...of(salon.appointmentId), body: { startsAtMs } };
    expect((await ask('appointment.move', move)).appointment).toMatchObject({ startsAtMs, status: 'booked' });
    expect(lastEvent()).toBe('appointment.moved');
    const night = { ...move, body: { startsAtMs: startsAtMs + 12 * 3_600_000 } };
    expect(await refused('appointment.move', night)).toBe('outside_hours');
    expect(await refused('appointment.move', { ...move, body: {} })).toBe('input_invalid');
    const draft = { ...of(salon.draftId), body: {} };
    expect((await ask('appointment.approve', draft)).appointment.status).toBe('booked');
    expect(await refused('appointment.decline', draft)).toBe('appointment_closed');
    expect((await ask('appointment.cancel', draft)).appointment.status).toBe('cancelled');
    expect((await ask('appointment.decline', draft)).appointment.status).toBe('cancelled');
    expect(await refused('appointment.approve', { id: salon.draftId, body: {} })).toBe('input_invalid');
    expect(
      await refused('appointment.cancel', { id: salon.draftId, query: { tenant: 'salon' }, body: {} }),
    ).toBe('tenant_unknown');
  });

  it('give way to holidays', async () => {
    const holiday = { day: '2098-12-24', name: 'Eve', spans: [{ fromMinute: 540, toMinute: 720 }] };
    expect(await ask('holiday.add', { ...tenant(), body: holiday })).toEqual({ holiday });
    const { holidays } = await ask('holiday.list', tenant());
    expect(holidays.map(({ day }) => day)).toEqual([salon.holiday, '2098-12-24']);
    await ask('holiday.remove', of('2098-12-24'));
    expect(await refused('holiday.remove', of('2098-12-24'))).toBe('not_found');
    for (const day of ['2098-13-01', 'Christmas']) {
      expect(await refused('holiday.add', { ...tenant(), body: { ...holiday, day } })).toBe('input_invalid');
    }
  });
});

describe('the playbook', () => {
  it('is read, checked and set as a whole', async () => {
    const { playbook } = await ask('playbook.read', tenant());
    const changed = { ...playbook, address: '12 Main Street' };
    expect(await ask('playbook.check', { body: changed })).toEqual({ problems: [] });
    expect((await ask('playbook.set', { ...tenant(), body: changed })).playbook).toEqual(changed);
    expect(lastEvent()).toBe('agent.published');
    const wrong = { ...playbook, address: 7, advice: 'astrological' };
    const { problems } = await ask('playbook.check', { body: wrong });
    expect(problems.map(({ path }) => path)).toEqual(['address', 'advice']);
    expect(await refused('playbook.set', { ...tenant(), body: wrong })).toBe('input_invalid');
    expect(await refused('playbook.check', { body: [] })).toBe('input_invalid');
  });

  it('begins with that of a profession', async () => {
    const { professions } = await ask('profession.list');
    expect(professions.map(({ id }) => id)).toContain('general');
    expect(await refused('profession.list', { query: { page: '2' } })).toBe('input_invalid');
  });
});

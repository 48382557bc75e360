import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Box } from '../store/index.ts';
import { fakeOwner } from './access/fake-owner.ts';
import { checkedSkill } from './agent-versions.ts';
import { type AgentDocument, type MethodName, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

let fake: FakeApi;
let box: Box;
let app: FastifyInstance;
let tenantId: string;

const callWith = async (
  name: MethodName,
  { id = tenantId, query = {}, body }: { id?: string; query?: Record<string, string>; body?: unknown } = {},
) => {
  const { verb, path } = methods[name];
  const response = await app.inject({
    ...{ method: verb, url: path.replace(':id', id), query },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: response.statusCode, answer: response.json() };
};
const agent = async () => methods['agent.read'].answer.parse((await callWith('agent.read')).answer).agent;
const save = async (change: Partial<AgentDocument>) => {
  const { live, draft, revision } = await agent();
  const document = { ...(draft ?? live).document, ...change };
  return callWith('agent.save', { body: { document, revision } });
};

beforeEach(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  const profile = { profession: 'dentist' };
  tenantId = box.tenants.create({ name: 'Acme', timeZone: 'America/New_York', profile }).id;
  app = await fake.build({ whoIs: fakeOwner });
});

afterEach(() => fake.close());

describe('the draft', () => {
  it('is kept apart from what is live, with who changed it', async () => {
    expect((await save({ greeting: 'Hello.' })).status).toBe(200);
    const { live, draft } = await agent();
    expect(live.document.greeting).toContain('Acme');
    expect(draft).toMatchObject({ basedOn: 1, by: 'Fake owner', document: { greeting: 'Hello.' } });
  });

  it('is refused in words where it is wrong, and where somebody else was quicker', async () => {
    expect(await save({ greeting: '' })).toMatchObject({
      status: 400,
      answer: { error: { code: 'input_invalid', message: expect.stringMatching(/^greeting: /) } },
    });
    const { live, revision } = await agent();
    await save({ greeting: 'Hello.' });
    const body = { document: { ...live.document, greeting: 'Bye.' }, revision };
    expect(await callWith('agent.save', { body })).toMatchObject({
      status: 409,
      answer: { error: { code: 'draft_changed' } },
    });
  });

  it('is not published where nobody can try it out, but with a reason, which stays with the version', async () => {
    await save({ greeting: 'Hello.' });
    const { revision } = await agent();
    expect(await callWith('agent.publish', { body: { revision } })).toMatchObject({
      answer: { error: { code: 'rehearsal_unfinished' } },
    });
    const despite = 'The models are being exchanged';
    const published = await callWith('agent.publish', { body: { revision, note: 'Shorter', despite } });
    expect(published.answer.version).toMatchObject({
      ...{ number: 2, by: 'Fake owner', rehearsal: null, note: `Shorter; ${despite}` },
    });
    expect(box.tenant(tenantId).profile().profile.greeting).toBe('Hello.');
  });

  it('is not rehearsed for somebody who saw another one', async () => {
    const play = vi.fn(() => Promise.reject(new Error('nobody is to be played')));
    const rehearsing = await fake.build({ whoIs: fakeOwner, rehearsals: { play, stop: async () => {} } });
    await save({ greeting: 'Hello.' });
    const { revision } = await agent();
    await save({ greeting: 'Good day.' });
    const url = methods['agent.publish'].path.replace(':id', tenantId);
    const refused = await rehearsing.inject({ method: 'POST', url, payload: { revision } });
    expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'draft_changed']);
    expect(play).not.toHaveBeenCalled();
  });

  it('takes another profession and keeps what the owner wrote', async () => {
    const { document } = (await agent()).live;
    const body = { document: { ...document, greeting: 'Acme, hello!' }, profession: 'plumber' };
    const { answer } = await callWith('agent.template', { body });
    expect(answer.document).toMatchObject({ profession: 'plumber', greeting: 'Acme, hello!' });
    expect((await agent()).draft).toBeNull();
  });
});

describe('versions', () => {
  it('are listed, read, and restored as a draft', async () => {
    const { document } = (await agent()).live;
    await callWith('playbook.set', { body: { ...document.playbook, address: '5 Garden Place' } });
    const { answer } = await callWith('agentVersion.list');
    expect(answer.versions).toMatchObject([
      { number: 2, origin: 'changed', by: 'Fake owner' },
      { number: 1, origin: 'began' },
    ]);
    const query = { tenant: tenantId };
    const first = await callWith('agentVersion.read', { id: '1', query });
    expect(methods['agentVersion.read'].answer.parse(first.answer).version.document).toEqual(document);
    const { revision } = await agent();
    const restored = await callWith('agentVersion.restore', { id: '1', query, body: { revision } });
    expect(restored.answer.agent.draft).toMatchObject({
      basedOn: 2,
      document: { playbook: { address: null } },
    });
    for (const id of ['7', '0', 'x', '1.5']) {
      expect((await callWith('agentVersion.read', { id, query })).status).toBe(404);
    }
  });
});

describe('the business’s own callers', () => {
  it('are kept when they can be played, else refused naming the case', async () => {
    const yaml =
      '- { id: parking, title: Asks for parking, say: [Where can I park?], expect: { ends: true } }';
    const kept = await callWith('rehearsal.setCases', { body: { yaml } });
    expect(kept.answer).toEqual({ yaml, count: 1 });
    for (const wrong of ['- { id: parking }', 'parking: yes', '- [', '- { id: A B, title: x, expect: {} }']) {
      const { status, answer } = await callWith('rehearsal.setCases', { body: { yaml: wrong } });
      expect([status, answer.error.code, answer.error.message]).toEqual([
        400,
        'input_invalid',
        expect.stringMatching(/^own callers/),
      ]);
    }
    expect((await callWith('rehearsal.cases')).answer).toEqual({ yaml, count: 1 });
  });
});

describe('a skill as a JSON document', () => {
  const good = {
    ...{ id: 'gift-card', title: 'Gift card', kind: 'request', phrases: ['I want a gift card'] },
    slots: [{ id: 'amount', kind: 'money', label: 'Amount', ask: ['What amount?'] }],
    ...{ confirm: true, readBack: 'A gift card of {amount}.', done: 'It will be ready.' },
  };
  const textOf = (skill: object): string => JSON.stringify(skill, null, 2);

  it('is given back whole where nothing is wrong', () => {
    const { skill, problems } = checkedSkill(textOf(good));
    expect(problems).toEqual([]);
    expect(skill).toMatchObject({ ...good, cues: [], slots: [{ optional: false, choices: [] }] });
  });

  it('is refused with the line of each fault', () => {
    const lines = (skill: object): readonly string[] =>
      checkedSkill(textOf(skill)).problems.map(({ line, path, message }) => {
        const at = textOf(skill).split('\n')[(line ?? 0) - 1]?.trim() ?? '';
        expect(message).not.toBe('');
        return `${path} @ ${at}`;
      });
    expect(lines({ ...good, kind: 'gift' })).toEqual(['kind @ "kind": "gift",']);
    expect(lines({ ...good, slots: [{ ...good.slots[0], kind: 'euro' }] })).toEqual([
      'slots.0.kind @ "kind": "euro",',
    ]);
    expect(lines({ ...good, readBack: 'A card of {sum}.' })).toEqual([
      'readBack @ "readBack": "A card of {sum}.",',
    ]);
    const { done: _, ...without } = good;
    expect(lines(without).map((line) => line.split(' @ ')[0])).toEqual(['done']);
  });

  it('is refused where it is no JSON, with the line where that shows', () => {
    const broken = '{\n  "id": "gift-card",\n  "title" "Gift card"\n}';
    const { skill, problems } = checkedSkill(broken);
    expect(skill).toBeNull();
    expect(problems).toMatchObject([{ line: 3, path: '', message: expect.stringMatching(/^is no JSON: /) }]);
    expect(checkedSkill('').skill).toBeNull();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemIds } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import { type FakePerson, fakeSession } from './access/index.ts';
import {
  type FeedMessage,
  feedMessageModel,
  feedPath,
  type LiveCall,
  type LiveEvent,
} from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { missedSince, parsePositions, positionsOf } from './feed-resume.ts';
import { type Api, startApi } from './index.ts';

let fake: FakeApi;
let box: Box;
let api: Api;
let [salon, garage]: string[] = [];
const listeners = new Set<(event: LiveEvent) => void>();
const calls: LiveCall[] = [];
const tell = (event: LiveEvent): void => {
  for (const listener of listeners) listener(event);
};
const callOf = (tenantId: string): LiveCall => ({
  ...{ callId: systemIds.uuid(), tenantId, tenantName: '', callerNumber: null, callerName: null },
  ...{ calledNumber: '+12025550100', state: 'answered', startedAtMs: 1, answeredAtMs: 1, turns: [] },
  ...{ interim: null, slots: {}, lastLatencyMs: null },
});
let numbers = 0;
function change(tenantId = ''): void {
  numbers += 1;
  box.tenant(tenantId).doNotCall.add(`+1202555${1000 + numbers}`, null);
}

beforeAll(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  salon = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
  garage = box.tenants.create({ name: 'Garage', timeZone: 'Europe/London' }).id;
  fakeSession(box, { boxRole: 'owner' });
  api = await startApi(
    fake.options({
      live: {
        list: () => calls,
        on(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    }),
  );
});
afterAll(async () => {
  await api.stop();
  await fake.close();
});

function listen({ headers }: FakePerson, after = '') {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}${feedPath}${after}`, { headers });
  const messages: FeedMessage[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const begun = new Promise<Extract<FeedMessage, { type: 'snapshot' }>>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const message = feedMessageModel.parse(JSON.parse(String(data)));
      if (message.type === 'snapshot') resolve(message);
      else messages.push(message);
    });
  });
  const types = (): string[] =>
    messages.map((message) => (message.type === 'event.stored' ? message.event.type : message.type));
  return { socket, messages, closed, begun, types };
}

describe('the feed', () => {
  it('is for those who are signed in', async () => {
    const failure = await listen({ userId: '', headers: {} }).begun.catch((error: Error) => error);
    expect(String(failure)).toContain('401');
  });

  it('tells everybody of what is theirs alone', async () => {
    const member = listen(fakeSession(box, { roles: { [salon ?? '']: 'member' } }));
    const technician = listen(fakeSession(box, { boxRole: 'technician' }));
    const owner = listen(fakeSession(box, { boxRole: 'owner' }));
    calls.push(callOf(salon ?? ''), callOf(garage ?? ''));
    const [ours, others] = calls;
    if (!ours || !others) throw new Error('there are two calls');
    const snapshots = await Promise.all([member.begun, technician.begun, owner.begun]);
    expect(snapshots.map((snapshot) => snapshot.calls.length)).toEqual([1, 0, 2]);
    expect(snapshots.map(({ positions }) => Object.keys(positions).length)).toEqual([2, 1, 3]);
    for (const call of [ours, others]) {
      tell({ type: 'call.updated', call });
      tell({ type: 'call.interim', callId: call.callId, speaker: 'caller', text: 'Hello' });
      tell({ type: 'call.removed', callId: call.callId });
    }
    calls.length = 0;
    change(salon);
    change(garage);
    box.bans.put({ address: '192.0.2.1', reason: 'x', count: 1, bannedAtMs: 1, untilMs: 2 });
    const phone = { username: 'desk', ha1: 'a'.repeat(32), label: 'Desk', extension: '101' };
    box.phones.add({ tenantId: garage ?? '', ...phone });
    const live = ['call.updated', 'call.interim', 'call.removed'];
    const [banned, added] = ['source.banned', 'phone.added'];
    await expect.poll(owner.types).toContain(added);
    const told = (who: typeof owner) => who.types().filter((type) => type !== 'status.changed');
    expect(told(owner)).toEqual([...live, ...live, 'do-not-call.added', 'do-not-call.added', banned, added]);
    await expect.poll(() => told(technician)).toEqual([banned, added]);
    await expect.poll(() => told(member)).toEqual([...live, 'do-not-call.added']);
    for (const { socket } of [member, technician, owner]) socket.close();
  });

  it('goes on where it broke off', async () => {
    const person = fakeSession(box, { roles: { [salon ?? '']: 'member' } });
    const first = listen(person);
    const { positions } = await first.begun;
    first.socket.close();
    change(salon);
    change(garage);
    const after = Object.entries(positions).map(([log, sequence]) => `${log}:${sequence}`);
    const second = listen(person, `?after=${after.join(',')}`);
    expect((await second.begun).resumed).toBe(true);
    await expect.poll(second.types).toContain('do-not-call.added');
    expect(second.types().filter((type) => type !== 'status.changed')).toEqual(['do-not-call.added']);
    expect(second.messages.find(({ type }) => type === 'event.stored')).toMatchObject({
      event: { log: salon, sequence: (positions[salon ?? ''] ?? 0) + 1 },
    });
    second.socket.close();
    const third = listen(person, '?after=box:1');
    expect(await third.begun).toMatchObject({ resumed: false, positions: (await second.begun).positions });
    third.socket.close();
  });

  it('ends with the session, and begins anew when somebody may see something else', async () => {
    const person = fakeSession(box, { roles: { [salon ?? '']: 'member' } });
    const first = listen(person);
    await first.begun;
    box.memberships.set({ tenantId: garage ?? '', userId: person.userId, role: 'member' });
    expect(await first.closed).toBe(4403);
    const second = listen(person);
    expect(Object.keys((await second.begun).positions)).toHaveLength(3);
    box.sessions.endOthers(person.userId, null);
    expect(await second.closed).toBe(4401);
  });
});

describe('what was missed', () => {
  it('is told where it is known as a whole', () => {
    const heard = positionsOf(box, [salon ?? '']);
    expect(missedSince(box, [salon ?? ''], heard)).toEqual([]);
    change(salon);
    expect(missedSince(box, [salon ?? ''], heard)?.map(({ type }) => type)).toEqual(['do-not-call.added']);
    expect(missedSince(box, [salon ?? '', garage ?? ''], heard)).toBeNull();
    expect(missedSince(box, [], { box: 1_000_000 })).toBeNull();
    for (let n = 0; n < 500; n += 1)
      box.bans.put({ address: `${n}`, reason: '', count: 1, bannedAtMs: 1, untilMs: 2 });
    expect(missedSince(box, [], { box: heard.box ?? 0 })).toHaveLength(500);
    box.bans.put({ address: 'x', reason: '', count: 1, bannedAtMs: 1, untilMs: 2 });
    expect(missedSince(box, [], { box: heard.box ?? 0 })).toBeNull();
  });

  it('is asked for by positions that are some', () => {
    const id = systemIds.uuid();
    expect(parsePositions(`box:12,${id}:3,nonsense,box`)).toEqual({ box: 12, [id]: 3 });
    for (const text of [undefined, '', 'x', 'box:-1', 'box:1e9']) expect(parsePositions(text)).toBeNull();
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeOwner } from './access/fake-owner.ts';
import type { CallActions } from './call-routes.ts';
import { type LiveCall, type SoundMessage, soundMessageModel } from './contract/index.ts';
import { type Api, startApi } from './index.ts';

/** Fake: a seat that writes down what is done from it. */
class FakeSeat {
  readonly done: unknown[] = [];
  readonly ears = new Map<
    string,
    { readonly speaks: boolean; hear(samples: Int16Array, rateHz: number): void; gone(): void }
  >();

  listen(ear: { readonly speaks: boolean; hear(samples: Int16Array, rateHz: number): void; gone(): void }) {
    const id = systemIds.uuid();
    this.ears.set(id, ear);
    return {
      id,
      speaksAs: 'staff' as const,
      speak: (samples: Int16Array, rateHz: number) => void this.done.push(['speak', [...samples], rateHz]),
      say: async (text: string) => void this.done.push(['say', text]),
      leave: () => void this.ears.delete(id),
    };
  }
  async whisper(hint: object): Promise<void> {
    this.done.push(['whisper', hint]);
  }
  async takeOver(who: object): Promise<void> {
    this.done.push(['takeOver', who]);
  }
  async giveBack(how: string): Promise<void> {
    this.done.push(['giveBack', how]);
  }
  hear(samples: Int16Array, rateHz: number): void {
    for (const ear of this.ears.values()) ear.hear(samples, rateHz);
  }
}

const nothing = async (): Promise<void> => {};
const actions: CallActions = {
  ...{ conference: nothing, hold: nothing, resume: nothing, record: nothing },
  ...{ sendDtmf: nothing, hangUp: nothing },
  transfer: async () => ({ result: 'completed' }),
};

describe('the sound of a call over the API', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-sound-'));
  let box: Box;
  let api: Api;
  let seat: FakeSeat;
  let isSignedIn = true;
  let live: LiveCall[] = [];
  const talks: unknown[] = [];

  beforeAll(async () => {
    box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
    const { id: tenantId } = box.tenants.create({ name: 'Bright Smile', timeZone: 'America/New_York' });
    live = [
      {
        ...{ callId: 'call', tenantId, tenantName: 'Bright Smile', callerNumber: null, callerName: null },
        ...{ calledNumber: '+12025550100', state: 'answered', startedAtMs: 0, answeredAtMs: 0, turns: [] },
        ...{ interim: null, slots: {}, lastLatencyMs: null, takenOverBy: 'Emma' },
      },
    ];
    api = await startApi({
      ...{ host: '127.0.0.1', port: 0, box, dataDir, log: silentLog },
      whoIs: (credentials) => ({
        ...fakeOwner(credentials),
        ...(isSignedIn ? {} : { rights: null }),
      }),
      live: { list: () => live, on: () => () => {} },
      health: () => ({ status: 'ready' }),
      controls: (callId) => (callId === 'call' ? { ...actions, staff: seat } : null),
      startTalk: async (order) => {
        talks.push(order);
        return { callId: 'talk' };
      },
    });
  });
  beforeEach(() => {
    seat = new FakeSeat();
    isSignedIn = true;
  });
  afterAll(async () => {
    await api.stop();
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function open(what: 'sound' | 'levels', callId = 'call') {
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/calls/${callId}/${what}`);
    const messages: SoundMessage[] = [];
    const frames: Buffer[] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) frames.push(data);
      else messages.push(soundMessageModel.parse(JSON.parse(data.toString())));
    });
    const closed = once(socket, 'close').then(([code]) => code as number);
    closed.catch(() => {});
    await once(socket, 'open');
    return { socket, messages, frames, closed };
  }
  const post = (path: string, body: object) =>
    fetch(`http://127.0.0.1:${api.port}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-voxbox-page': '1' },
      body: JSON.stringify(body),
    });

  it('gives both sides as bytes, says their format before, and how loud they are', async () => {
    const { socket, messages, frames } = await open('sound');
    await expect.poll(() => seat.ears.size).toBe(1);
    for (let i = 0; i < 5; i += 1) seat.hear(Int16Array.of(1, -2, 300, -400), 8000);
    seat.hear(Int16Array.of(5, 6), 16_000);
    await expect.poll(() => frames.length).toBe(6);
    expect(frames[0]).toEqual(Buffer.from(Int16Array.of(1, -2, 300, -400).buffer));
    expect(messages.map(({ kind }) => kind)).toEqual(['joined', 'format', 'levels', 'format']);
    expect(messages[0]).toMatchObject({ listener: [...seat.ears.keys()][0], speaksAs: 'staff' });
    expect(messages[3]).toEqual({ kind: 'format', rateHz: 16_000, channels: 2, frameMs: 20 });
    socket.close();
    await expect.poll(() => seat.ears.size).toBe(0);
  });

  it('gives no sound to those who only look how loud it is, and takes none from them', async () => {
    const { socket, messages, frames } = await open('levels');
    await expect.poll(() => seat.ears.size).toBe(1);
    expect([...seat.ears.values()][0]?.speaks).toBe(false);
    for (let i = 0; i < 5; i += 1) seat.hear(Int16Array.of(1, -2), 8000);
    socket.send(JSON.stringify({ kind: 'say', text: 'Hello' }));
    socket.send(Buffer.alloc(640));
    await expect.poll(() => messages.length).toBe(2);
    socket.close();
    await expect.poll(() => seat.ears.size).toBe(0);
    expect([frames, seat.done]).toEqual([[], []]);
  });

  it('takes a voice after its rate was told, and typed lines', async () => {
    const { socket } = await open('sound');
    socket.send(Buffer.from(Int16Array.of(9, 9).buffer));
    socket.send(JSON.stringify({ kind: 'microphone', rateHz: 16_000 }));
    socket.send(Buffer.from(Int16Array.of(1, -2).buffer));
    socket.send(Buffer.alloc(9602));
    socket.send(JSON.stringify({ kind: 'say', text: ' Hello ' }));
    await expect.poll(() => seat.done.length).toBe(2);
    expect(seat.done).toEqual([
      ['speak', [1, -2], 16_000],
      ['say', 'Hello'],
    ]);
    socket.close();
  });

  it.each([['no JSON'], ['{"kind":"microphone","rateHz":11025}'], ['{"kind":"shout"}']])(
    'lets go of whoever sends %s',
    async (text) => {
      const { socket, closed } = await open('sound');
      socket.send(text);
      expect(await closed).toBe(1007);
      await expect.poll(() => seat.ears.size).toBe(0);
    },
  );

  it('ends with the call, and with the right to listen', async () => {
    const first = await open('sound');
    await expect.poll(() => seat.ears.size).toBe(1);
    for (const ear of seat.ears.values()) ear.gone();
    expect(await first.closed).toBe(1000);
    const second = await open('sound');
    isSignedIn = false;
    expect(await second.closed).toBe(4403);
  });

  it('says that there is no such call, and lets nobody in who is not signed in', async () => {
    live = [...live, { ...(live[0] as LiveCall), callId: 'ringing' }];
    expect(await (await open('sound', 'ringing')).closed).toBe(4404);
    isSignedIn = false;
    await expect(open('sound')).rejects.toThrow('401');
  });

  it('whispers, takes over and gives back in the name of whoever asks', async () => {
    const listener = systemIds.uuid();
    const answers = [
      await post('calls/call/whisper', { text: 'Offer Thursday' }),
      await post('calls/call/take-over', { listener }),
      await post('calls/call/give-back', {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await answers[1]?.json()).toMatchObject({ callId: 'call', takenOverBy: 'Emma' });
    expect(seat.done).toEqual([
      ['whisper', { by: 'Fake owner', text: 'Offer Thursday' }],
      ['takeOver', { by: 'Fake owner', listener }],
      ['giveBack', 'given-back'],
    ]);
    expect((await post('calls/ringing/take-over', { listener })).status).toBe(404);
  });

  it('starts a talk with the agent of a business', async () => {
    const [tenant] = box.tenants.list();
    const answer = await post(`tenants/${tenant?.id}/talks`, {});
    expect([answer.status, await answer.json()]).toEqual([201, { callId: 'talk' }]);
    await post(`tenants/${tenant?.id}/talks`, { agent: 'draft' });
    const talk = { tenantId: tenant?.id, by: 'Fake owner' };
    expect(talks).toEqual([
      { ...talk, agent: 'live' },
      { ...talk, agent: 'draft' },
    ]);
  });
});

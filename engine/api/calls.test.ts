import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CallControls,
  type CallRegistry,
  createDefence,
  createGuesses,
  createRegistry,
  type Defence,
  type Line,
  StaffSeat,
  type TransferEnd,
} from '../call/index.ts';
import { silentLog, systemClock, VoxboxError } from '../foundation/index.ts';
import type { Box, Tenant } from '../store/index.ts';
import { fakeOwner } from './access/index.ts';
import { errorModel, liveCallModel, type MethodName, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

/** Does nothing but remember what it was asked. */
class FakeControls implements CallControls {
  readonly callId: string;
  readonly asked: unknown[] = [];
  readonly transferred = Promise.withResolvers<TransferEnd>();
  readonly joined = Promise.withResolvers<void>();
  fails: VoxboxError | null = null;
  readonly staff = new StaffSeat({
    ...{ callId: 'call', newId: () => 'listener', way: 'out', isWithAgent: () => false },
    worker: { request: async () => ({ kind: 'done', id: 0 }), feed: () => {} },
    registry: { takenOver: () => {} },
    ...{ resumeAgent: async () => {}, onDone: () => {} },
  });

  constructor(callId: string) {
    this.callId = callId;
  }
  async #take(...asked: readonly unknown[]): Promise<void> {
    if (this.fails) throw this.fails;
    this.asked.push(asked);
  }
  async transfer(order: Parameters<CallControls['transfer']>[0]) {
    await this.#take('transfer', order);
    return this.transferred.promise;
  }
  async conference({ to }: Parameters<CallControls['conference']>[0]) {
    await this.#take('conference', to);
    return this.joined.promise;
  }
  hold = () => this.#take('hold');
  resume = () => this.#take('resume');
  record = (on: boolean) => this.#take('record', on);
  sendDtmf = (keys: string) => this.#take('press', keys);
  hangUp = () => this.#take('hang up');
}

const line: Line = {
  ...{ id: 't', name: 'Carrier', kind: 'registration', status: 'refused', reason: 'wrong password' },
  ...{ sinceMs: 1, nextTryAtMs: 2, roundTripMs: null, externalAddress: '203.0.113.7' },
  ...{ callsNow: 1, maxCalls: 4, priority: 0 },
};

let fake: FakeApi;
let box: Box;
let tenant: Tenant;
let registry: CallRegistry;
let defence: Defence;
let controls: FakeControls;
let app: FastifyInstance;
const callId = 'a-call';

beforeEach(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  tenant = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' });
  registry = createRegistry(systemClock);
  registry.open({
    ...{ callId, tenantId: tenant.id, tenantName: 'Salon', callerName: null },
    ...{ callerNumber: '+12025550123', calledNumber: '+12025550100' },
  });
  controls = new FakeControls(callId);
  const common = { clock: systemClock, log: silentLog };
  defence = createDefence({ ...common, bans: box.bans, guesses: createGuesses(common) });
  app = await fake.build({
    ...{ live: registry, defence, whoIs: fakeOwner },
    controls: registry.liveControls,
    lines: () => [line],
  });
});

afterEach(async () => {
  await fake.close();
  defence.stop();
});

const answered = (): void => {
  registry.move(callId, 'answered');
  registry.control(callId, controls);
};

async function ask<M extends MethodName>(method: M, body?: object, query = '') {
  const { verb, path } = methods[method];
  const response = await app.inject({
    method: verb,
    url: `${path.replace(':id', callId)}${query}`,
    headers: { host: 'localhost' },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

const failure = ({ status, body }: { status: number; body: unknown }) => {
  const { code, message } = errorModel.parse(body).error;
  return { status, code, message };
};

const to = { kind: 'phone', username: 'desk' } as const;
const talking = { callId, heldBy: null, recordingPaused: false } as const;

describe('a call in progress', () => {
  it.each([
    ['call.hold', undefined, ['hold']],
    ['call.resume', undefined, ['resume']],
    ['call.record', { on: false }, ['record', false]],
    ['call.press', { keys: '12*#A' }, ['press', '12*#A']],
    ['call.hangUp', undefined, ['hang up']],
  ] as const)('obeys %s', async (method, body, asked) => {
    answered();
    const answer = await ask(method, body);
    expect([answer.status, methods[method].answer.parse(answer.body)]).toEqual([
      200,
      { ...talking, state: 'answered' },
    ]);
    expect(controls.asked).toEqual([asked]);
  });

  it('tells who holds it, and that its recording is paused', async () => {
    answered();
    controls.hold = async () => registry.hold(callId, 'box');
    controls.record = async (on) => registry.recording(callId, { paused: !on });
    expect((await ask('call.hold')).body).toMatchObject({ heldBy: 'box', recordingPaused: false });
    expect((await ask('call.record', { on: false })).body).toMatchObject({
      heldBy: 'box',
      recordingPaused: true,
    });
  });

  it('is ended for good by a hang-up that went through', async () => {
    answered();
    controls.hangUp = async () => registry.move(callId, 'ended');
    expect((await ask('call.hangUp')).body).toEqual({ ...talking, state: 'ended' });
    expect(failure(await ask('call.hangUp')).message).toBe('call a-call is not in progress');
  });

  it('is transferred, told of at once', async () => {
    answered();
    controls.transfer = (order) => {
      controls.asked.push(order);
      registry.move(callId, 'transferring');
      return controls.transferred.promise;
    };
    const answer = await ask('call.transfer', { to });
    expect([answer.status, methods['call.transfer'].answer.parse(answer.body)]).toEqual([
      202,
      { ...talking, state: 'transferring', end: null },
    ]);
    expect(controls.asked).toEqual([{ to, mode: 'attended' }]);
    // Nobody waits for it any more: its failure is nobody's unhandled rejection.
    controls.transferred.reject(new VoxboxError('transfer_failed', 'too late to tell'));
    await expect(controls.transferred.promise).rejects.toThrow();
  });

  it.each([
    { result: 'completed' },
    { result: 'returned', why: 'busy', code: 'callee_busy' },
    { result: 'cancelled' },
  ] satisfies TransferEnd[])('is transferred, and its end waited for: $result', async (end) => {
    answered();
    controls.transferred.resolve(end);
    const order = { to: { kind: 'number', number: '+14155550100' }, mode: 'blind', acceptance: 'key' };
    const answer = await ask('call.transfer', order, '?wait=true');
    expect(answer).toEqual({ status: 200, body: { ...talking, state: 'answered', end } });
    expect(controls.asked).toEqual([['transfer', order]]);
  });

  it('takes somebody into the conversation', async () => {
    answered();
    expect(await ask('call.conference', { to })).toEqual({
      status: 202,
      body: { ...talking, state: 'answered' },
    });
    controls.joined.resolve();
    expect((await ask('call.conference', { to: { kind: 'ring-group', id: 'g' } }, '?wait=true')).status).toBe(
      200,
    );
    expect(controls.asked).toEqual([
      ['conference', to],
      ['conference', { kind: 'ring-group', id: 'g' }],
    ]);
  });

  it.each(['', '?wait=true'])('says why it cannot do that now %s', async (query) => {
    answered();
    controls.fails = new VoxboxError('transfer_target_unknown', 'nobody can be reached as desk');
    for (const method of ['call.transfer', 'call.conference'] as const) {
      expect(failure(await ask(method, { to }, query))).toMatchObject({
        status: 404,
        code: 'transfer_target_unknown',
      });
    }
    controls.fails = new VoxboxError('transfer_failed', 'the call cannot do that at this moment');
    expect(failure(await ask('call.hold')).code).toBe('transfer_failed');
  });

  it('cannot be controlled before it is answered', async () => {
    expect(failure(await ask('call.hold'))).toEqual({
      status: 404,
      code: 'not_found',
      message: 'call a-call is not answered yet',
    });
  });

  it.each([
    ['call.transfer', {}],
    ['call.transfer', { to: { kind: 'number', number: '0041' } }],
    ['call.transfer', { to: { kind: 'phone', id: 'x' } }],
    ['call.transfer', { to, mode: 'loud' }],
    ['call.conference', { to, mode: 'blind' }],
    ['call.press', { keys: '1\r\nX' }],
    ['call.press', { keys: '' }],
    ['call.record', {}],
    ['call.hold', { on: true }],
  ] as const)('refuses %s with %j', async (method, body) => {
    answered();
    expect(failure(await ask(method, body))).toMatchObject({ status: 400, code: 'input_invalid' });
    expect(controls.asked).toEqual([]);
  });

  it('tells the legs of a call as they sound now', () => {
    answered();
    const leg = { leg: 'caller', codec: 'G722', srtp: true, packetsReceived: 9, packetsLost: 1 };
    const heard = { lossFraction: 0.1, jitterMs: 3, roundTripMs: null, mos: 4, remoteLossFraction: null };
    registry.quality(callId, [{ ...leg, ...heard }]);
    const [call] = registry.list();
    expect(liveCallModel.parse(call)).toEqual(call);
  });
});

describe('the lines', () => {
  it('tell how trunks are and where phones are signed in', async () => {
    const account = { tenantId: tenant.id, ha1: 'a'.repeat(32) };
    box.phones.add({ ...account, username: 'desk', label: 'Front desk', extension: '101' });
    box.phones.add({ ...account, username: 'back', label: 'Back office', extension: '102' });
    const binding = { aor: 'desk', callId: 'x', cseq: 1, userAgent: 'Yealink' };
    const here = { contact: 'sip:desk@192.168.1.20:5062', flow: 'udp/192.168.1.20:5062' };
    const expiresAtMs = Date.now() + 60_000;
    box.phones.bindings.save('desk', [
      { ...binding, ...here, expiresAtMs },
      { ...binding, contact: 'sip:desk@192.168.1.9', flow: 'udp/192.168.1.9:5060', expiresAtMs: 1 },
    ]);
    const { status, body } = await ask('line.list');
    const { lines, phones } = methods['line.list'].answer.parse(body);
    expect([status, lines]).toEqual([200, [line]]);
    expect(phones.find(({ username }) => username === 'desk')?.bindings).toEqual([
      { ...here, userAgent: 'Yealink', expiresAtMs },
    ]);
    expect(phones.find(({ username }) => username === 'back')?.bindings).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('ha1');
  });

  it('tell what their defence did', async () => {
    const source = { address: '198.51.100.9', transport: 'tcp' } as const;
    const from = { fromUri: null, account: null };
    const scan = { method: 'OPTIONS', uri: 'sip:x@h', userAgent: 'friendly-scanner', ...from };
    for (let i = 0; i < 3; i += 1) defence.inspect(scan, source);
    const { bans, figures } = methods['defence.read'].answer.parse((await ask('defence.read')).body);
    expect(bans).toMatchObject([{ address: '198.51.100.9', reason: 'scanner' }]);
    expect(figures).toMatchObject({ dropped: 3, scanners: 3, bansNow: 1 });
  });

  it('are told of without an engine behind them', async () => {
    box.bans.put({ address: '192.0.2.1', reason: 'scanner', count: 1, bannedAtMs: 1, untilMs: 2 });
    box.bans.put({
      ...{ address: '192.0.2.2', reason: 'scanner', count: 1, bannedAtMs: 1 },
      untilMs: Date.now() + 60_000,
    });
    const bare = await fake.build({ live: registry, whoIs: fakeOwner });
    const get = (url: string) => bare.inject({ url, headers: { host: 'localhost' } });
    expect((await get('/api/v1/lines')).json()).toEqual({ lines: [], phones: [] });
    expect((await get('/api/v1/defence')).json()).toMatchObject({
      bans: [{ address: '192.0.2.2' }],
      figures: null,
    });
    expect((await get('/api/v1/ladders/last')).statusCode).toBe(404);
  });
});

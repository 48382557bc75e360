import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Clock, hasCode, systemIds, VoxboxError } from '../foundation/index.ts';
import type { Tenant } from '../store/index.ts';
import { type BoxStatus, errorModel, type FeedMessage, feedMessageModel, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import type { BoxHealth } from './health.ts';
import { fakeOwner, type LiveCall, type LiveCalls, type LiveEvent, startApi } from './index.ts';

const nowMs = Date.UTC(2026, 2, 10, 15);

/** Calls in progress that the test moves by hand. */
class FakeLiveCalls implements LiveCalls {
  calls: LiveCall[] = [];
  readonly listeners = new Set<(event: LiveEvent) => void>();
  list(): LiveCall[] {
    return this.calls;
  }
  on(listener: (event: LiveEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  tell(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

const liveCall = (tenant: Tenant): LiveCall => ({
  callId: systemIds.uuid(),
  tenantId: tenant.id,
  tenantName: tenant.name,
  callerNumber: '+12025550123',
  callerName: null,
  calledNumber: '+12025550100',
  state: 'answered',
  startedAtMs: nowMs,
  answeredAtMs: nowMs,
  turns: [{ speaker: 'agent', text: 'Hello', atMs: nowMs, confidence: null, latencyMs: null }],
  interim: null,
  slots: { service: 'Filling' },
  lastLatencyMs: null,
});

describe('the API', () => {
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const fake = new FakeApi(clock);
  const { box, dataDir } = fake;
  const pageDir = join(dataDir, 'page');
  const live = new FakeLiveCalls();
  const health: { now: BoxHealth } = { now: { status: 'ready', version: '0.1.0', capacity: 4 } };
  const callId = systemIds.uuid();
  let tenant: Tenant;
  let app: FastifyInstance;
  const fakeUseModel = async (id: string): Promise<BoxStatus['models']> => {
    if (id === 'elephant') throw new VoxboxError('model_too_large', 'there is no room for it');
    return [{ id, kind: 'stt', state: 'loaded' }];
  };
  const options = () =>
    fake.options({
      ...{ live, whoIs: fakeOwner, health: () => health.now, pageDir, useModel: fakeUseModel },
    });

  const get = async (url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } });
  const post = async (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  const errorOf = (response: { json(): unknown }) => errorModel.parse(response.json()).error;
  const seedCall = (id: string, recording: string | null): void => {
    const { calls } = box.tenant(tenant.id);
    const callerNumber = '+12025550123';
    calls.start({ id, sipCallId: id, callerNumber, callerName: 'Maria', calledNumber: '+12025550100' });
    calls.answer(id, { recording });
  };

  beforeAll(async () => {
    tenant = box.tenants.create({
      name: 'Bright Smile',
      timeZone: 'America/New_York',
      numbers: [{ number: '+12025550100' }],
      profile: { agentName: 'Joe' },
    });
    const store = box.tenant(tenant.id);
    seedCall(callId, `recordings/${callId}.wav`);
    store.transcript.add({
      callId,
      speaker: 'caller',
      text: 'Hello',
      startedAtMs: nowMs,
      endedAtMs: nowMs + 500,
      confidence: 0.9,
      interrupted: false,
      latency: null,
    });
    store.slotsUnderstood(callId, 'book', { service: 'Visit' });
    const { services, staff } = store.profile();
    const [service, member] = [services[0], staff[0]];
    if (!service || !member) throw new Error('a new tenant has a service and somebody who does it');
    for (const [id, startsAtMs] of [
      [null, nowMs + 7_200_000],
      [callId, nowMs + 3_600_000],
    ] as const) {
      store.transaction(() =>
        store.appointments.insert({
          id: systemIds.uuid(),
          serviceId: service.id,
          serviceName: service.name,
          staffId: member.id,
          staffName: member.name,
          startsAtMs,
          endsAtMs: startsAtMs + 1_800_000,
          customerName: 'Maria',
          customerPhone: '+12025550123',
          status: 'booked',
          callId: id,
          createdAtMs: nowMs,
        }),
      );
    }
    store.calls.end(callId, 'booked');
    mkdirSync(join(dataDir, 'recordings'));
    writeFileSync(join(dataDir, 'recordings', `${callId}.wav`), 'RIFF0123456789');
    app = await fake.build(options());
  });

  afterAll(() => fake.close());

  it('tells its health to whoever watches over it', async () => {
    expect((await get('/health')).json()).toEqual({ status: 'ready' });
    health.now = { status: 'starting' };
    const starting = await get('/health');
    expect([starting.statusCode, starting.json()]).toEqual([503, { status: 'starting' }]);
    health.now = { status: 'degraded', problems: ['The voice could not be loaded.'] };
    expect((await get('/health')).statusCode).toBe(200);
    const status = methods['box.status'].answer.parse((await get('/api/v1/status')).json());
    expect(status).toMatchObject({ status: 'degraded', callsNow: 0, capacity: null, sipAddress: null });
    expect(status.problems).toEqual(['The voice could not be loaded.']);
    health.now = { status: 'ready', version: '0.1.0', capacity: 4 };
  });

  it('shows the devices: in short to whoever watches, in full with the status', async () => {
    const cpu: BoxStatus['devices'][number] = {
      ...{ kind: 'cpu', name: 'A processor', totalBytes: 8, usedBytes: 2, budgetBytes: 6 },
      ...{ speedClass: 'tiny', models: ['ears'] },
    };
    health.now = { status: 'ready', devices: [cpu] };
    const { kind, usedBytes, budgetBytes, speedClass } = cpu;
    expect((await get('/health')).json()).toEqual({
      status: 'ready',
      devices: [{ kind, usedBytes, budgetBytes, speedClass }],
    });
    const status = methods['box.status'].answer.parse((await get('/api/v1/status')).json());
    expect(status.devices).toEqual([cpu]);
    health.now = { status: 'ready', version: '0.1.0', capacity: 4 };
  });

  it('puts another model into use, or says why not', async () => {
    const changed = await post('/api/v1/models/ears/use', {});
    const { models } = methods['model.use'].answer.parse(changed.json());
    expect(models).toEqual([{ id: 'ears', kind: 'stt', state: 'loaded' }]);
    const large = await post('/api/v1/models/elephant/use', {});
    expect([large.statusCode, errorOf(large).code]).toEqual([409, 'model_too_large']);
  });

  it('lists tenants with their numbers and the name of their agent', async () => {
    const { tenants } = methods['tenant.list'].answer.parse((await get('/api/v1/tenants')).json());
    expect(tenants).toHaveLength(1);
    expect(tenants[0]).toMatchObject({
      name: 'Bright Smile',
      agentName: 'Joe',
      numbers: [{ number: '+12025550100', active: true }],
    });
  });

  it('creates a tenant, and says why not when it cannot', async () => {
    const request = {
      name: 'Corner Café',
      timeZone: 'Europe/Berlin',
      numbers: [{ number: '+493055501000' }],
    };
    const created = await post('/api/v1/tenants', request);
    expect(created.statusCode).toBe(201);
    expect(methods['tenant.create'].answer.parse(created.json()).tenant.slug).toBe('corner-cafe');
    const again = await post('/api/v1/tenants', request);
    expect([again.statusCode, errorOf(again).code]).toEqual([409, 'tenant_exists']);
    const unknown = await post('/api/v1/tenants', { ...request, colour: 'red' });
    expect([unknown.statusCode, errorOf(unknown).message]).toEqual([400, 'colour: not known here']);
    const nowhere = await post('/api/v1/tenants', { name: 'X', timeZone: 'Mars/Olympus' });
    expect(errorOf(nowhere)).toMatchObject({ code: 'input_invalid' });
    expect(errorOf(nowhere).message).toContain('timeZone');
    expect(errorOf(await post('/api/v1/tenants', '{"name":')).code).toBe('input_invalid');
  });

  it('changes whether calls of a tenant are recorded', async () => {
    const change = (id: string, payload: unknown) =>
      app.inject({
        method: 'PATCH',
        url: `/api/v1/tenants/${id}`,
        headers: { host: 'localhost' },
        payload: payload as object,
      });
    const changed = await change(tenant.id, { recording: 'off' });
    expect(methods['tenant.change'].answer.parse(changed.json()).tenant).toMatchObject({
      name: 'Bright Smile',
      recording: 'off',
    });
    expect(box.events.since(0, 100).at(-1)).toMatchObject({
      ...{ type: 'tenant.recording-changed', tenantId: tenant.id, recording: 'off' },
    });
    expect(errorOf(await change(tenant.id, { recording: 'loud' })).code).toBe('input_invalid');
    expect(errorOf(await change(systemIds.uuid(), { recording: 'off' })).code).toBe('tenant_unknown');
  });

  it('changes name, language, zone and recording of a tenant together, or nothing', async () => {
    const change = (payload: object) =>
      app.inject({
        ...{ method: 'PATCH', url: `/api/v1/tenants/${tenant.id}`, headers: { host: 'localhost' }, payload },
      });
    const region = { language: 'en-GB', timeZone: 'Europe/London' };
    const before = box.tenants.find(tenant.id);
    const greetingBefore = box.tenant(tenant.id).profile().profile.greeting;
    for (const wrong of [{ language: 'not a tag' }, { timeZone: 'Mars/Base' }]) {
      const refused = await change({ name: 'Other', recording: 'announced', ...region, ...wrong });
      expect(errorOf(refused).message).toContain(Object.keys(wrong)[0]);
      expect(box.tenants.find(tenant.id)).toEqual(before);
      expect(box.tenant(tenant.id).profile().profile.greeting).toBe(greetingBefore);
    }
    const all = { name: 'Brighter Smile', recording: 'announced', ...region };
    const changed = await change(all);
    expect(methods['tenant.change'].answer.parse(changed.json()).tenant).toMatchObject(all);
    expect(box.audit.list({ what: 'tenant.change', limit: 3 }).map(({ outcome }) => outcome)).toEqual([
      ...['done', 'input_invalid', 'input_invalid'],
    ]);
    await change({ name: before?.name, language: before?.language, timeZone: before?.timeZone });
  });

  it('lists calls of one tenant or of all', async () => {
    const of = async (query: string) =>
      methods['call.list'].answer.parse((await get(`/api/v1/calls${query}`)).json()).calls;
    expect((await of('')).map((call) => call.id)).toEqual([callId]);
    expect(await of(`?tenant=${tenant.id}&limit=1`)).toMatchObject([
      { id: callId, tenantId: tenant.id, outcome: 'booked', hasRecording: true },
    ]);
    expect(errorOf(await get(`/api/v1/calls?tenant=${systemIds.uuid()}`)).code).toBe('tenant_unknown');
    expect(errorOf(await get('/api/v1/calls?limit=0')).message).toContain('limit');
    expect(errorOf(await get('/api/v1/calls?offset=2')).message).toBe('offset: not known here');
  });

  it('reads a call with its transcript, what was understood and what was booked', async () => {
    const detail = methods['call.read'].answer.parse((await get(`/api/v1/calls/${callId}`)).json());
    expect(detail.transcript.map((turn) => turn.text)).toEqual(['Hello']);
    expect(detail.slots).toEqual({ service: 'Visit' });
    expect(detail.appointments).toHaveLength(1);
    expect(errorOf(await get(`/api/v1/calls/${systemIds.uuid()}`)).code).toBe('not_found');
  });

  it('lists the appointments of a span, earliest first', async () => {
    const url = `/api/v1/appointments?tenant=${tenant.id}&from=${nowMs}&to=${nowMs + 86_400_000}`;
    const { appointments } = methods['appointment.list'].answer.parse((await get(url)).json());
    expect(appointments.map((one) => one.callId)).toEqual([callId, null]);
    expect(errorOf(await get('/api/v1/appointments')).message).toContain('from');
  });

  it('gives out a recording, whole or in part', async () => {
    const url = `/api/v1/calls/${callId}/recording`;
    const whole = await get(url);
    expect([whole.statusCode, whole.body, whole.headers['content-type']]).toEqual([
      200,
      'RIFF0123456789',
      'audio/wav',
    ]);
    expect(whole.headers['cache-control']).toBe('no-store');
    const part = await get(url, { range: 'bytes=4-6' });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '012', 'bytes 4-6/14']);
    expect((await get(url, { range: 'bytes=99-' })).statusCode).toBe(416);
  });

  it('gives out nothing from outside the data directory', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'voxbox-outside-'));
    writeFileSync(join(outside, 'secret.wav'), 'secret');
    symlinkSync(join(outside, 'secret.wav'), join(dataDir, 'recordings', 'link.wav'));
    const { calls } = box.tenant(tenant.id);
    for (const path of [
      `../${outside.split('/').at(-1)}/secret.wav`,
      'recordings/link.wav',
      'box.db',
      'gone.wav',
    ]) {
      const id = systemIds.uuid();
      seedCall(id, path);
      calls.end(id, 'answered');
      const response = await get(`/api/v1/calls/${id}/recording`);
      expect([path, response.statusCode]).toEqual([path, 404]);
      expect(response.body).not.toContain('secret.');
    }
    rmSync(outside, { recursive: true });
  });

  it('refuses other pages of the same browser', async () => {
    expect(errorOf(await get('/api/v1/calls', { host: 'evil.example' })).code).toBe('request_refused');
    const crossed = await post('/api/v1/tenants', {}, { origin: 'http://evil.example' });
    expect([crossed.statusCode, errorOf(crossed).code]).toEqual([403, 'request_refused']);
  });

  it('says how to build the page until there is one', async () => {
    const missing = await get('/');
    expect([missing.statusCode, missing.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(missing.body).toContain('npm run build');
    mkdirSync(join(pageDir, 'assets'), { recursive: true });
    writeFileSync(join(pageDir, 'index.html'), '<title>page</title>');
    writeFileSync(join(pageDir, 'assets', 'a.js'), '1');
    const page = await get('/');
    expect([page.statusCode, page.body]).toEqual([200, '<title>page</title>']);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await get('/assets/a.js')).headers['cache-control']).toContain('immutable');
    for (const path of ['/nothing', '/api/v1/nothing', '/%2e%2e/box.db', '/..%2fbox.db']) {
      expect([path, (await get(path)).statusCode === 200]).toEqual([path, false]);
    }
    expect(errorOf(await get('/api/v1/nothing')).code).toBe('not_found');
  });

  it('keeps the inside of an unforeseen failure to itself', async () => {
    const broken = await fake.build({
      ...options(),
      live: new FakeLiveCalls(),
      health: () => {
        throw new Error('secret detail');
      },
    });
    const response = await broken.inject({ url: '/api/v1/status', headers: { host: 'localhost' } });
    expect([response.statusCode, errorOf(response).code]).toEqual([500, 'internal']);
    expect(response.body).not.toContain('secret detail');
  });

  describe('on a real socket', () => {
    it('names the port that is taken', async () => {
      const other = createServer();
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const address = other.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const failure: unknown = await startApi({ ...options(), port }).catch((error: unknown) => error);
      expect(hasCode(failure, 'port_in_use')).toBe(true);
      expect(String(failure)).toContain(String(port));
      other.close();
    });

    it('feeds a snapshot, then live and stored events in their order', async () => {
      const api = await startApi(options());
      live.calls = [liveCall(tenant)];
      const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/feed`);
      const messages: FeedMessage[] = [];
      socket.on('message', (data) => messages.push(feedMessageModel.parse(JSON.parse(String(data)))));
      await expect.poll(() => messages.length).toBe(1);
      expect(messages[0]).toMatchObject({ type: 'snapshot', calls: live.calls, status: { callsNow: 1 } });

      const [call] = live.calls;
      if (!call) throw new Error('the call is gone');
      live.tell({ type: 'call.interim', callId: call.callId, speaker: 'caller', text: 'I would' });
      live.calls = [];
      live.tell({ type: 'call.removed', callId: call.callId });
      const stored = systemIds.uuid();
      seedCall(stored, null);
      await expect.poll(() => messages.length).toBe(6);
      expect(messages.slice(1).map((message) => message.type)).toEqual([
        'call.interim',
        'call.removed',
        'status.changed',
        'event.stored',
        'event.stored',
      ]);
      expect(messages.at(-1)).toMatchObject({ event: { type: 'call.answered', callId: stored } });

      const closed = new Promise<number>((done) => socket.on('close', done));
      await Promise.all([api.stop(), api.stop()]);
      expect([1001, 1006]).toContain(await closed);
      expect(live.listeners.size).toBe(1);
    });

    it('does not feed a page of another origin', async () => {
      const api = await startApi(options());
      const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/feed`, {
        origin: 'http://evil.example',
      });
      const failure = await new Promise<Error>((done) => socket.on('error', done));
      expect(failure.message).toContain('403');
      await api.stop();
    });
  });
});

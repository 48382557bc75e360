import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../foundation/index.ts';
import { type Box, fakeBookedCall, fakeCaller, fakePractice, type TenantStore } from '../store/index.ts';
import { fakeOwner } from './access/index.ts';
import type { CallActions } from './call-routes.ts';
import { errorModel, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

const startMs = Date.UTC(2026, 10, 27, 17);
let nowMs = startMs;
let fake: FakeApi;
let dataDir: string;
let box: Box;
let store: TenantStore;
let app: FastifyInstance;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
let controls: CallActions | null = null;

beforeEach(async () => {
  nowMs = startMs;
  fake = new FakeApi(clock);
  ({ dataDir, box } = fake);
  store = fakePractice(box);
  app = await fake.build({ whoIs: fakeOwner, controls: () => controls });
});
afterEach(async () => {
  controls = null;
  await fake.close();
});

const at = (atMs: number): void => {
  nowMs = atMs;
};
const bookedCall = (atMs = startMs): string =>
  fakeBookedCall(store, { ids: systemIds, dataDir, startMs: atMs, at });

async function send(verb: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) {
  const tenant = path.includes('tenant=') ? '' : `${path.includes('?') ? '&' : '?'}tenant=${store.tenantId}`;
  return await app.inject({
    method: verb,
    url: `/api/v1/${path}${tenant}`,
    headers: { host: 'localhost' },
    ...(body === undefined ? {} : { payload: body }),
  });
}
const list = async (query = '') =>
  methods['call.list'].answer.parse((await send('GET', `calls?${query}`)).json());
const whole = async (id: string) =>
  methods['call.read'].answer.parse(
    (await app.inject({ url: `/api/v1/calls/${id}`, headers: { host: 'localhost' } })).json(),
  );
const codeOf = (response: { json(): unknown }) => errorModel.parse(response.json()).error.code;

describe('a list of calls', () => {
  it('is narrowed, paged, and told how long it is', async () => {
    const ids = [0, 1, 2, 3, 4].map((hour) => bookedCall(startMs + hour * 3_600_000));
    const { calls, pagination } = await list('page=2&limit=2');
    expect(calls.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(pagination).toEqual({ page: 2, limit: 2, total: 5, pages: 3 });
    const from = startMs + 3_600_000;
    const narrowed = await list(
      `from=${from}&to=${from + 2 * 3_600_000}&status=booked&caller=%2B14155550132`,
    );
    expect(narrowed.calls.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await list('status=failed')).pagination).toEqual({ page: 1, limit: 100, total: 0, pages: 0 });
    expect((await list('booked=true&recorded=true')).pagination.total).toBe(5);
    expect(codeOf(await send('GET', 'calls?status=odd'))).toBe('input_invalid');
  });

  it('finds words, and shows where they were said with what is to be masked masked', async () => {
    const id = bookedCall();
    const { calls, pagination } = await list('q=insurance');
    expect(pagination.total).toBe(1);
    expect(calls[0]).toMatchObject({
      ...{ id, said: { speaker: 'caller', text: 'Yes, I am. My insurance is Delta.' } },
    });
    expect((await list('q=0132')).calls[0]).not.toHaveProperty('said');
    expect((await list('q=%22%22')).pagination.total).toBe(0);
    store.transcript.add({
      ...{ callId: id, speaker: 'caller', text: 'The card is 4111 1111 1111 1111, zebra.' },
      ...{ startedAtMs: nowMs, endedAtMs: nowMs, confidence: 1, interrupted: false, latency: null },
    });
    expect((await list('q=zebra')).calls[0]?.said?.text).toBe('The card is [card number], zebra.');
  });

  it('leaves calls for practice out unless they are asked for', async () => {
    const id = systemIds.uuid();
    store.calls.start({
      ...{ id, sipCallId: id, callerNumber: null, callerName: null, calledNumber: 'x', practice: true },
    });
    store.calls.end(id, 'answered');
    expect((await list()).pagination.total).toBe(0);
    expect((await list('practice=only')).calls).toMatchObject([{ id, practice: true }]);
  });

  it('goes out as a table that a spreadsheet reads and does not run', async () => {
    const id = bookedCall();
    store.calls.start({
      ...{ id: 'odd', sipCallId: 'odd', callerNumber: null, callerName: '=HYPERLINK("x"), "y"' },
      calledNumber: '+15555550100',
    });
    store.calls.end('odd', 'abandoned');
    const response = await send('GET', 'calls.csv');
    expect(response.headers['content-type']).toContain('text/csv');
    const [head, first, second] = response.body.split('\r\n');
    expect(head).toMatch(/^\ufeffstarted,direction,number,name,/);
    expect(first).toContain(`"'=HYPERLINK(""x""), ""y"""`);
    expect(second).toMatch(new RegExp(`^2026-11-27 12:00:00,inbound,\\${fakeCaller},.*,booked,.*${id}$`));
    expect((await send('GET', 'calls.csv?status=booked')).body.split('\r\n')).toHaveLength(3);
  });
});

describe('a call', () => {
  it('is read whole: what was said, what was made of it, and how loud it was', async () => {
    const id = bookedCall();
    const read = await whole(id);
    expect(read.submissions).toMatchObject([{ title: 'Message' }]);
    // Said in two turns, masked as one number.
    expect(read.transcript.map(({ text }) => text).join(' ')).not.toMatch(/4111|1111/);
    expect(read).toMatchObject({
      practice: false,
      notes: [],
      analysis: null,
      slots: { name: 'Sarah Miller' },
    });
    const transcript = methods['call.transcript'].answer.parse(
      (await send('GET', `calls/${id}/transcript`)).json(),
    );
    expect(transcript.transcript).toEqual(read.transcript);
    store.analyses.save(id, { summary: { text: 'Booked.', by: 'code' } });
    expect((await send('GET', `calls/${id}/extraction`)).json()).toMatchObject({
      ...{ slots: { name: 'Sarah Miller' }, analysis: { summary: { text: 'Booked.' } } },
    });
    store.slotsUnderstood(id, 'knowledge', {
      ...{ question: 'Is there parking?', answer: 'Yes.', source: 'house.md', passage: '7' },
    });
    const answered = await whole(id);
    expect(answered.answers).toMatchObject([
      { question: 'Is there parking?', answer: 'Yes.', source: 'house.md', passage: null },
    ]);
    expect(answered.slots).not.toHaveProperty('question');
    const wave = methods['call.waveform'].answer.parse((await send('GET', `calls/${id}/waveform`)).json());
    expect(wave.lengthMs).toBeCloseTo(30_000, -2);
    expect([wave.caller.length, wave.agent.length]).toEqual([800, 800]);
    expect(Math.max(...wave.caller)).toBeCloseTo(1006 / 32_768, 3);
    expect(wave.voiced).toEqual({ caller: [], agent: [] });
  });

  it('tells where each side of its recording speaks', async () => {
    const id = bookedCall();
    const path = join(dataDir, store.calls.find(id)?.recording ?? '');
    const wav = readFileSync(path);
    // The agent from 3 s to 4.5 s; the caller from 20 s to 21 s, louder than the hum before.
    for (const [side, fromMs, toMs] of [
      [1, 3000, 4500],
      [0, 20_000, 21_000],
    ] as const) {
      for (let sample = fromMs * 8; sample < toMs * 8; sample++)
        wav.writeInt16LE((sample & 8) === 0 ? 6000 : -6000, 44 + 4 * sample + 2 * side);
    }
    writeFileSync(path, wav);
    const { voiced } = methods['call.waveform'].answer.parse(
      (await send('GET', `calls/${id}/waveform`)).json(),
    );
    expect(voiced).toEqual({
      caller: [{ fromMs: 20_000, toMs: 21_000 }],
      agent: [{ fromMs: 3000, toMs: 4500 }],
    });
  });

  it('says so where its recording is none, or gone', async () => {
    const id = bookedCall();
    const path = join(dataDir, store.calls.find(id)?.recording ?? '');
    writeFileSync(path, 'a letter, not a recording, and longer than the header of one');
    const broken = await send('GET', `calls/${id}/waveform`);
    expect([broken.statusCode, codeOf(broken)]).toEqual([500, 'recording_broken']);
    const turnId = store.transcript.list(id)[1]?.id ?? '';
    const body = { words: [{ turnId, text: 'Sarah Miller' }] };
    expect(codeOf(await send('POST', `calls/${id}/redact`, body))).toBe('recording_broken');
    // What could not be silenced still stands.
    expect(store.transcript.list(id)[1]?.text).toContain('Sarah Miller');
    rmSync(path);
    expect(codeOf(await send('GET', `calls/${id}/waveform`))).toBe('not_found');
  });

  it('goes out as a ZIP file', async () => {
    const id = bookedCall();
    const files = unzipped((await send('GET', `calls/${id}/export`)).rawPayload);
    expect([...files.keys()]).toEqual(['call.json', 'transcript.txt', 'recording.wav']);
    expect(JSON.parse(files.get('call.json')?.toString() ?? '').call.id).toBe(id);
    expect(files.get('transcript.txt')?.toString()).toContain('0:06  agent: Are you a new patient?');
    const recording = store.calls.find(id)?.recording ?? '';
    expect(files.get('recording.wav')?.equals(readFileSync(join(dataDir, recording)))).toBe(true);
  });

  it('is given another outcome, and is ended first where it goes on', async () => {
    const id = bookedCall();
    const complete = (of: string) => send('POST', `calls/${of}/complete`, { outcome: 'message' });
    expect((await complete(id)).json()).toMatchObject({ call: { outcome: 'message' } });
    expect((await list('status=message')).pagination.total).toBe(1);
    store.calls.start({
      ...{ id: 'live', sipCallId: 'live', callerNumber: null, callerName: null, calledNumber: 'x' },
    });
    expect(codeOf(await complete('live'))).toBe('not_found');
    store.calls.answer('live', { recording: null });
    const idle = async (): Promise<never> => {
      throw new Error('nobody asks this');
    };
    controls = {
      ...{ transfer: idle, conference: idle, hold: idle, resume: idle, record: idle, sendDtmf: idle },
      hangUp: async () => store.calls.end('live', 'answered'),
    };
    expect((await complete('live')).json()).toMatchObject({ call: { state: 'ended', outcome: 'message' } });
  });

  it('keeps notes, with who wrote them', async () => {
    const id = bookedCall();
    const added = await send('POST', `calls/${id}/notes`, { text: ' Call back. ' });
    expect(added.statusCode).toBe(201);
    const { note } = methods['callNote.add'].answer.parse(added.json());
    expect(note).toMatchObject({ text: 'Call back.', author: 'Fake owner', createdAtMs: nowMs });
    await send('PATCH', `call-notes/${note.id}`, { text: 'Called.' });
    expect((await whole(id)).notes).toMatchObject([{ text: 'Called.' }]);
    await send('DELETE', `call-notes/${note.id}`);
    expect((await whole(id)).notes).toEqual([]);
    expect(codeOf(await send('DELETE', `call-notes/${note.id}`))).toBe('not_found');
    expect(codeOf(await send('POST', `calls/${id}/notes`, { text: ' ' }))).toBe('input_invalid');
  });
});

describe('what is taken out of a call', () => {
  const loud = (path: string, fromMs: number, toMs: number): boolean => {
    const wav = readFileSync(join(dataDir, path));
    return wav.subarray(44 + fromMs * 32, 44 + toMs * 32).some((byte) => byte !== 0);
  };

  it('is gone from its turn, from all that was kept of it, and from the recording', async () => {
    const id = bookedCall();
    const recording = store.calls.find(id)?.recording ?? '';
    store.analyses.save(id, { summary: { text: 'Sarah Miller booked.', by: 'code' } });
    const turn = store.transcript.list(id)[1];
    const body = { words: [{ turnId: turn?.id ?? '', text: 'Sarah Miller' }] };
    expect((await send('POST', `calls/${id}/redact`, body)).json()).toEqual({ redacted: true });
    const read = await whole(id);
    expect(read.transcript[1]?.text).toBe('Hi, this is [redacted], I need a cleaning on Tuesday at ten.');
    expect(JSON.stringify({ ...read, appointments: [] })).not.toMatch(/sarah miller/i);
    expect(JSON.stringify(store.events.since(0, 1000))).not.toMatch(/sarah miller/i);
    expect([loud(recording, 3000, 5000), loud(recording, 6000, 8000)]).toEqual([false, true]);
    expect((await list('q=%22sarah%20miller%22')).pagination.total).toBe(0);
    // Not there any more.
    expect(codeOf(await send('POST', `calls/${id}/redact`, body))).toBe('input_invalid');
  });

  it('falls silent wherever it was said, also where the other side says it again', async () => {
    const id = bookedCall();
    const recording = store.calls.find(id)?.recording ?? '';
    store.transcript.add({
      ...{ callId: id, speaker: 'agent', text: 'So that is Sarah Miller, on Tuesday.', confidence: null },
      ...{ startedAtMs: startMs + 21_000, endedAtMs: startMs + 23_000, interrupted: false, latency: null },
    });
    const turnId = store.transcript.list(id)[1]?.id ?? '';
    await send('POST', `calls/${id}/redact`, { words: [{ turnId, text: 'Sarah Miller' }] });
    expect(loud(recording, 3000, 5000)).toBe(false);
    // With what may have been cut off at either end.
    expect([loud(recording, 20_400, 23_600), loud(recording, 24_000, 26_000)]).toEqual([false, true]);
  });

  it('may be everything that was said: the recording goes, the call stays', async () => {
    const id = bookedCall();
    const recording = store.calls.find(id)?.recording ?? '';
    await send('POST', `calls/${id}/redact`, { whole: true });
    const read = await whole(id);
    expect(read.transcript.every(({ text }) => text === '[redacted]')).toBe(true);
    expect(read).toMatchObject({ call: { outcome: 'booked', hasRecording: false }, slots: {} });
    expect(existsSync(join(dataDir, recording))).toBe(false);
    expect((await list('q=insurance')).pagination.total).toBe(0);
  });

  it('may be the call itself; what it brought stays', async () => {
    const [id, other] = [bookedCall(), bookedCall(startMs + 3_600_000)];
    const recording = store.calls.find(id)?.recording ?? '';
    store.callNotes.add(id, { text: 'A note', author: null });
    expect((await send('DELETE', `calls/${id}`)).json()).toEqual({ removed: true });
    expect((await list()).calls.map((call) => call.id)).toEqual([other]);
    expect(existsSync(join(dataDir, recording))).toBe(false);
    expect(store.transcript.list(id)).toEqual([]);
    expect(JSON.stringify(store.events.since(0, 1000))).not.toMatch(new RegExp(`turn.recorded[^}]*${id}`));
    expect(store.events.since(0, 1000).at(-1)).toMatchObject({ type: 'call.erased', callId: id });
    expect(store.submissions.list({ limit: 10 })).toHaveLength(2);
    store.calls.start({
      ...{ id: 'live', sipCallId: 'live', callerNumber: null, callerName: null, calledNumber: 'x' },
    });
    expect(codeOf(await send('DELETE', 'calls/live'))).toBe('input_invalid');
  });
});

/** Reads a ZIP file by its directory, and holds the sums of its files against them. */
function unzipped(zip: Buffer): Map<string, Buffer> {
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const [sum, size] = [zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24)];
    const nameBytes = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26);
    const bytes = zip.subarray(from, from + size);
    expect(crc32(bytes)).toBe(sum);
    files.set(zip.toString('utf8', at + 46, at + 46 + nameBytes), Buffer.from(bytes));
    at += 46 + nameBytes;
  }
  return files;
}

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Answer } from '../asking.ts';
import { AgentDraft } from './agent-draft.svelte.ts';
import type { Box } from './box.svelte.ts';
import { Calendar } from './calendar.svelte.ts';
import { Later } from './later.svelte.ts';
import { LiveAudio } from './live-audio.svelte.ts';
import { Loaded } from './loaded.svelte.ts';
import { Models } from './models.svelte.ts';
import { Notifications } from './notifications.svelte.ts';
import { Numbers } from './numbers.svelte.ts';
import { Removal } from './removal.svelte.ts';
import { Session } from './session.svelte.ts';

vi.mock('../sound-worklet.ts?worker&url', () => ({ default: '' }));

function held<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

interface Asked {
  readonly what: string;
  readonly given: unknown;
  readonly answer: (body: object, status?: number) => void;
}
/** A box that answers when the test says so, in the order in which it says so. */
let asked: Asked[] = [];
const waiting = (what: RegExp): Promise<Asked> =>
  vi.waitFor(() => {
    const found = asked.find((one) => what.test(one.what));
    if (!found) throw new Error(`nobody asks ${what}, but ${asked.map((one) => one.what).join(', ')}`);
    asked = asked.filter((one) => one !== found);
    return found;
  }, 10_000);

beforeEach(() => {
  asked = [];
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('fetch', (path: string, { method = 'GET', body }: RequestInit) => {
    const { promise, resolve } = held<Response>();
    const answer = (answered: object, status = 200) => resolve(Response.json(answered, { status }));
    asked.push({ what: `${method} ${path}`, given: body && JSON.parse(String(body)), answer });
    return promise;
  });
});
afterEach(() => vi.unstubAllGlobals());

const refusal = { error: { code: 'not_found', message: 'It is gone.', help: '' } };
const done: Answer<unknown> = { ok: true, value: {} };

it('an answer that is overtaken does not count', async () => {
  const loaded = new Loaded<string>();
  const first = held<Answer<string>>();
  const early = loaded.load(first.promise);
  expect(await loaded.load(Promise.resolve({ ok: true, value: 'second' }))).toBe(true);
  first.resolve({ ok: true, value: 'first' });
  expect(await early).toBe(false);
  expect(loaded.value).toBe('second');
});

it('what is on its way to the box is not taken back any more', async () => {
  const gone = held<Answer<unknown>>();
  const later = new Later();
  later.start({ id: '1', name: 'a call' }, () => gone.promise);
  expect(later.canUndo).toBe(true);
  const finished = later.finish();
  later.undo();
  expect([later.waiting?.id, later.canUndo]).toEqual(['1', false]);
  gone.resolve(done);
  await finished;
  expect(later.waiting).toBeNull();
});

it('what was removed is put back once, however often that is clicked', async () => {
  const restored = held<Answer<unknown>>();
  const restore = vi.fn(() => restored.promise);
  const removal = new Removal<string>({ remove: async () => done, restore, changed: () => {} });
  await removal.remove('a group');
  const clicks = [removal.undo(), removal.undo()];
  restored.resolve(done);
  await Promise.all(clicks);
  expect(restore).toHaveBeenCalledTimes(1);
  expect(removal.removed).toBeNull();
});

it('what the feed tells of a model while the list is on its way is newer than the list', async () => {
  const models = new Models();
  const tell = held<(told: { model: string; download: object }) => void>();
  models.start({ onModel: tell.resolve, onSnapshot: () => () => {} } as never);
  const list = await waiting(/GET .*models/);
  const heard = await tell.promise;
  heard({ model: 'tiny', download: { state: 'failed' } });
  const model = { id: 'tiny', download: { state: 'running' } };
  list.answer({ models: [model] });
  await vi.waitFor(() => expect(models.all.value).not.toBeNull());
  expect(models.downloadOf(model as never)).toEqual({ state: 'failed' });

  const begun = models.download('tiny');
  const answer = await waiting(/download/);
  heard({ model: 'tiny', download: { state: 'done' } });
  answer.answer({ download: { state: 'running' } });
  await begun;
  expect(models.downloadOf(model as never)).toEqual({ state: 'done' });
});

it('notifications that come late do not bring back what was there before, nor tell it twice', async () => {
  const tenant = { id: 't1', timeZone: 'UTC' };
  const shown = new Notifications({ tenant, now: { ms: 0 } } as Box);
  const notice = (sequence: number) => ({
    ...{
      sequence,
      kind: 'message',
      atMs: sequence,
      callId: null,
      submissionId: `${sequence}`,
      urgent: false,
    },
    ...{ title: `Message ${sequence}`, who: null },
  });
  const loads = [shown.load()];
  (await waiting(/notifications/)).answer({ notifications: [] });
  await loads[0];
  loads.push(shown.load(), shown.load());
  const [early, late] = [await waiting(/notifications/), await waiting(/notifications/)];
  late.answer({ notifications: [notice(2), notice(1)] });
  await loads[2];
  early.answer({ notifications: [notice(1)] });
  await loads[1];
  expect(shown.list.map(({ sequence }) => sequence)).toEqual([2, 1]);
});

const appointment = {
  ...{ id: 'a1', serviceId: 's1', staffId: 'm1', customerName: 'Grace Kim', status: 'draft' },
  ...{ startsAtMs: Date.UTC(2026, 2, 10, 15), endsAtMs: Date.UTC(2026, 2, 10, 16) },
} as never;
const calendarOf = () => new Calendar('t1', 'UTC', { year: 2026, month: 3, day: 10 });

it('a draft is approved once, however often that is clicked', async () => {
  const calendar = calendarOf();
  const clicks = [calendar.approve(appointment), calendar.approve(appointment)];
  (await waiting(/approve/)).answer({ appointment });
  (await waiting(/GET .*appointments/)).answer({ appointments: [], busy: [] });
  await Promise.all(clicks);
  expect(calendar.notice).toMatchObject({ text: expect.stringContaining('Grace Kim is approved') });
  expect(asked).toEqual([]);
});

it('free times that come late do not take the place of what has happened since', async () => {
  const calendar = calendarOf();
  const moving = calendar.move(appointment, { startsAtMs: Date.UTC(2026, 2, 10, 17) });
  (await waiting(/move|PATCH/)).answer(refusal, 409);
  const openings = await waiting(/openings/);
  calendar.notice = { text: 'Tom Becker is booked.' };
  openings.answer({ openings: [{ startsAtMs: 0 }] });
  await moving;
  expect(calendar.notice).toEqual({ text: 'Tom Becker is booked.' });
});

it('what is typed while a profession is applied is not lost', async () => {
  const draft = new AgentDraft('t1');
  const document = { agentName: 'Joe', greeting: 'Hello.' };
  const loading = draft.load();
  (await waiting(/GET .*agent$/)).answer({ agent: { revision: 1, draft: null, live: { document } } });
  await vi.waitFor(() => expect(draft.document).toEqual(document));
  const applied = draft.template('dental');
  const first = await waiting(/template/);
  draft.set({ agentName: 'Anna' });
  first.answer({ document: { agentName: 'Joe', greeting: 'A dentist.' } });
  const second = await waiting(/template/);
  expect(second.given).toMatchObject({ document: { agentName: 'Anna' } });
  second.answer({ document: { agentName: 'Anna', greeting: 'A dentist.' } });
  await applied;
  expect(draft.document).toEqual({ agentName: 'Anna', greeting: 'A dentist.' });
  for (const { answer } of asked) answer({});
  await loading;
});

it('a line that is moved twice is moved from where the first move has left it', async () => {
  const numbers = new Numbers();
  const trunks = (...ids: string[]) => ({ trunks: ids.map((id, at) => ({ id, priority: (at + 1) * 10 })) });
  const answerLines = async (...ids: string[]) => {
    (await waiting(/GET .*trunks/)).answer(trunks(...ids));
    (await waiting(/GET .*lines/)).answer({ lines: [], phones: [] });
  };
  const loading = numbers.loadLines();
  await answerLines('a', 'b', 'c');
  await loading;
  const moves = [numbers.move('c', -1), numbers.move('c', -1)];
  const changed: unknown[] = [];
  for (const order of [
    ['a', 'c', 'b'],
    ['c', 'a', 'b'],
  ]) {
    for (let i = 0; i < 2; i += 1) {
      const { what, given, answer } = await waiting(/PATCH/);
      changed.push(`${what.split('/').at(-1)} ${JSON.stringify(given)}`);
      answer({});
    }
    await answerLines(...order);
  }
  await Promise.all(moves);
  expect(changed).toEqual([
    'c {"priority":20}',
    'b {"priority":30}',
    'c {"priority":10}',
    'a {"priority":20}',
  ]);
});

it('rights that were read before somebody began to act are not those of whoever acts', async () => {
  vi.stubGlobal('location', new URL('http://127.0.0.1/#/desk'));
  const session = new Session();
  const reading = session.read();
  const read = await waiting(/GET .*session/);
  const acting = session.actAs('t1');
  (await waiting(/POST/)).answer({ person: { id: 'u1', acting: { tenantId: 't1' } } });
  await acting;
  read.answer({ state: 'signed-in', person: { id: 'u1', acting: null } });
  await reading;
  expect(session.person).toMatchObject({ acting: { tenantId: 't1' } });
});

it('whoever presses "Listen" twice is connected once', async () => {
  vi.stubGlobal('location', new URL('http://127.0.0.1/#/desk'));
  const sockets: { onmessage?: (message: { data: string }) => void; close: () => void }[] = [];
  class FakeSocket {
    onclose = () => {};
    constructor() {
      sockets.push(this as never);
    }
    close() {
      this.onclose();
    }
  }
  vi.stubGlobal('WebSocket', FakeSocket);
  const audio = new LiveAudio('c1');
  const presses = [audio.connect(), audio.connect()];
  sockets.at(-1)?.onmessage?.({ data: JSON.stringify({ kind: 'joined', listener: 'l1' }) });
  expect(await Promise.all(presses)).toEqual([true, true]);
  expect(sockets.length).toBe(1);
});

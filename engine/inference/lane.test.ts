import { describe, expect, test } from 'vitest';
import { VoxboxError } from '../foundation/index.ts';
import type { InferencePriority } from './contract.ts';
import type { Engine } from './engines/engine.ts';
import { Lane } from './lane.ts';

/** Does what it is told, one text at a time, and remembers the order. */
class FakeEngine implements Engine {
  readonly started: string[] = [];
  readonly #running: (() => void)[] = [];

  closed = false;

  models = () => [];

  close = async () => {
    this.closed = true;
  };

  run: Engine['run'] = async (work) => {
    const text = work.kind === 'embed' ? (work.texts[0] ?? '') : '';
    this.started.push(text);
    if (text === 'bad') throw new VoxboxError('inference_failed', 'bad');
    await new Promise<void>((resolve) => this.#running.push(resolve));
    return [];
  };

  async finishOne(): Promise<void> {
    this.#running.shift()?.();
    await new Promise(setImmediate);
  }
}

function submit(
  lane: Lane,
  text: string,
  priority: InferencePriority,
  signal = new AbortController().signal,
) {
  const result = lane.submit({ work: { kind: 'embed', texts: [text] }, priority, signal, onText: () => {} });
  result.catch(() => {});
  return result;
}

describe('Lane', () => {
  test('waits for its engine, then serves by priority', async () => {
    const lane = new Lane();
    const engine = new FakeEngine();
    submit(lane, 'summary', 'summary');
    submit(lane, 'live', 'live');
    submit(lane, 'greeting', 'greeting');
    expect(lane.waiting).toBe(3);
    lane.open([engine]);
    for (let i = 0; i < 3; i += 1) await engine.finishOne();
    expect(engine.started).toEqual(['live', 'greeting', 'summary']);
  });

  test('keeps a slot for a caller on the line', async () => {
    const lane = new Lane(1);
    const engine = new FakeEngine();
    lane.open([engine], 2);
    submit(lane, 'first summary', 'summary');
    submit(lane, 'second summary', 'summary');
    submit(lane, 'live', 'live');
    expect(engine.started).toEqual(['first summary', 'live']);
    await engine.finishOne();
    expect(engine.started).toEqual(['first summary', 'live']);
    await engine.finishOne();
    expect(engine.started).toEqual(['first summary', 'live', 'second summary']);
  });

  test('a withdrawn request is rejected at once and never started', async () => {
    const lane = new Lane();
    const engine = new FakeEngine();
    lane.open([engine]);
    submit(lane, 'running', 'live');
    const controller = new AbortController();
    const waiting = submit(lane, 'waiting', 'live', controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await engine.finishOne();
    expect(engine.started).toEqual(['running']);
  });

  test('a passed deadline is told as such', async () => {
    const lane = new Lane();
    lane.open([new FakeEngine()]);
    const controller = new AbortController();
    const running = submit(lane, 'running', 'live', controller.signal);
    controller.abort(new VoxboxError('deadline_exceeded', 'late'));
    await expect(running).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  test('a request that fails leaves the lane open', async () => {
    const lane = new Lane();
    const engine = new FakeEngine();
    lane.open([engine]);
    await expect(submit(lane, 'bad', 'live')).rejects.toMatchObject({ code: 'inference_failed' });
    submit(lane, 'good', 'live');
    expect(engine.started).toEqual(['bad', 'good']);
  });

  test('another model takes over: what is under way ends on the old one, nothing is refused', async () => {
    const lane = new Lane();
    const [before, after] = [new FakeEngine(), new FakeEngine()];
    lane.open([before]);
    const first = submit(lane, 'first', 'live');
    const second = submit(lane, 'second', 'live');
    lane.open([after]);
    expect([before.started, after.started]).toEqual([['first'], ['second']]);
    expect(before.closed).toBe(false);
    await before.finishOne();
    expect(before.closed).toBe(true);
    await after.finishOne();
    await expect(Promise.all([first, second])).resolves.toHaveLength(2);
    submit(lane, 'third', 'live');
    expect(after.started).toEqual(['second', 'third']);
    expect(after.closed).toBe(false);
  });

  test('a model that idles is closed as soon as another takes over', () => {
    const lane = new Lane();
    const before = new FakeEngine();
    lane.open([before], 2);
    lane.open([new FakeEngine()]);
    expect(before.closed).toBe(true);
  });

  test('a lane whose model could not be loaded opens with the next one', async () => {
    const lane = new Lane();
    lane.fail(new VoxboxError('model_missing', 'no file'));
    const engine = new FakeEngine();
    lane.open([engine]);
    submit(lane, 'now', 'live');
    expect(engine.started).toEqual(['now']);
  });

  test('a lane without a model refuses what waits and what comes', async () => {
    const lane = new Lane();
    const early = submit(lane, 'early', 'live');
    lane.fail(new VoxboxError('model_missing', 'no file'));
    await expect(early).rejects.toMatchObject({ code: 'model_missing' });
    await expect(submit(lane, 'late', 'live')).rejects.toMatchObject({ code: 'model_missing' });
  });
});

import { describe, expect, it } from 'vitest';
import type { Speech } from '../speech/index.ts';
import { CallAudioOutput, heardText, type SpokenStretch } from './audio-output.ts';

/** A tone with a quiet moment of 40 ms in every half second. */
const speech = (durationMs: number): Speech => ({
  samples: Int16Array.from({ length: durationMs * 16 }, (_, i) =>
    (i / 16) % 500 < 40 ? 0 : 8000 * Math.sin(i / 8),
  ),
  sampleRateHz: 16_000,
});

/** A leg that plays nothing by itself. */
class FakeLeg {
  readonly log: string[] = [];
  tell: (stretch: { id: number; playedMs: number; cut: boolean }) => void = () => {};
  /** Told by the next `clear`; null: the leg has stopped and tells nothing. */
  playedMs: number | null = null;
  #lastId = 0;
  play({ id, samples }: { id: number; samples: Int16Array }): void {
    this.#lastId = id;
    this.log.push(`play ${id} ${samples.length / 16}`);
  }
  finish(id: number): void {
    this.log.push(`finish ${id}`);
  }
  clear(): void {
    this.log.push('clear');
    if (this.playedMs !== null) this.tell({ id: this.#lastId, playedMs: this.playedMs, cut: true });
  }
  soften(on: boolean): void {
    this.log.push(on ? 'softer' : 'louder');
  }
  onPlayed(listener: FakeLeg['tell']): void {
    this.tell = listener;
  }
}

function open() {
  const leg = new FakeLeg();
  const finished: SpokenStretch[] = [];
  const time = { nowMs: 1000 };
  let started = 0;
  const output = new CallAudioOutput({
    audio: leg,
    clock: { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs },
    onStarted: () => started++,
    onFinished: (stretch) => finished.push(stretch),
  });
  return { leg, output, finished, time, started: () => started };
}

describe('CallAudioOutput', () => {
  it('plays a turn clause by clause and tells its end when the leg has played it', () => {
    const { leg, output, finished, started } = open();
    output.say(speech(400), 'Hello.');
    output.say(speech(600), 'How can I help?');
    output.say(speech(300), null);
    output.finish();
    expect([output.speaking, output.audible, started()]).toEqual([true, true, 1]);
    leg.tell({ id: 1, playedMs: 1300, cut: false });
    expect(output.speaking).toBe(false);
    output.say(speech(300), 'Fine.');
    expect(leg.log).toEqual(['play 1 400', 'play 1 600', 'play 1 300', 'finish 1', 'play 2 300']);
    expect(finished).toEqual([
      { text: 'Hello. How can I help?', startedAtMs: 1000, endedAtMs: 2300, interrupted: false },
    ]);
  });

  it('tells what was heard of a turn that was cut', async () => {
    const { leg, output, finished } = open();
    output.say(speech(1000), 'One two three four five.');
    leg.playedMs = 400;
    await output.cut();
    await output.cut();
    expect(finished).toEqual([{ text: 'One two', startedAtMs: 1000, endedAtMs: 1400, interrupted: true }]);
    expect(output.speaking).toBe(false);
  });

  it('does not call a turn interrupted that was heard to its end before the leg could tell', async () => {
    const { leg, output, finished } = open();
    output.say(speech(1000), 'One two three four five.');
    output.finish();
    leg.playedMs = 1000;
    await output.cut();
    expect(finished).toMatchObject([{ text: 'One two three four five.', interrupted: false }]);
  });

  it('goes on from a quiet moment after it was stopped for nothing, and tells one whole turn', async () => {
    const { leg, output, finished } = open();
    output.say(speech(1500), 'One two three four five.');
    leg.playedMs = 800;
    await output.hold();
    expect([output.held, output.audible, output.speaking]).toEqual([true, false, true]);
    // Made while the agent was silent: it waits with the rest.
    output.say(speech(500), 'Six seven.');
    output.finish();
    output.resume();
    expect(leg.log).toEqual(['play 1 1500', 'clear', 'play 2 980', 'play 2 500', 'finish 2']);
    leg.tell({ id: 2, playedMs: 1480, cut: false });
    expect(finished).toEqual([
      { text: 'One two three four five. Six seven.', startedAtMs: 1000, endedAtMs: 3000, interrupted: false },
    ]);
  });

  it('ends when its last sound was played, also where it was silent in between', async () => {
    const { leg, output, finished, time } = open();
    output.say(speech(1500), 'One two three four five.');
    leg.playedMs = 800;
    time.nowMs = 1800;
    await output.hold();
    time.nowMs = 3000;
    output.finish();
    output.resume();
    time.nowMs = 3980;
    leg.tell({ id: 2, playedMs: 980, cut: false });
    expect(finished).toMatchObject([{ startedAtMs: 1000, endedAtMs: 3980 }]);

    // What is held when it ends was last heard before.
    time.nowMs = 5000;
    output.say(speech(1000), 'Six seven.');
    leg.playedMs = 400;
    time.nowMs = 5400;
    await output.hold();
    time.nowMs = 9000;
    output.close();
    expect(finished[1]).toMatchObject({ startedAtMs: 5000, endedAtMs: 5400 });
  });

  it('gives way while somebody may want to speak, and never for longer than it speaks', async () => {
    const { leg, output } = open();
    output.say(speech(1000), 'One two three four five.');
    output.soften(true);
    output.soften(true);
    output.soften(false);
    output.soften(true);
    leg.playedMs = 400;
    await output.hold();
    output.resume();
    output.soften(true);
    output.close();
    const changes = leg.log.filter((line) => /softer|louder/.test(line));
    expect(changes).toEqual(['softer', 'louder', 'softer', 'louder', 'softer', 'louder']);
  });

  it('cuts what is held where it was silenced', async () => {
    const { leg, output, finished } = open();
    output.say(speech(1000), 'One two three four five.');
    leg.playedMs = 600;
    await output.hold();
    await output.cut();
    expect(finished).toMatchObject([{ text: 'One two three', endedAtMs: 1600, interrupted: true }]);
    expect(leg.log.filter((line) => line === 'clear')).toHaveLength(1);
  });

  it('does not wait for a leg that has stopped', async () => {
    const { output, finished, time } = open();
    output.say(speech(1000), 'Hello to you there.');
    time.nowMs += 500;
    await output.hold();
    await output.cut();
    expect(finished).toMatchObject([{ text: 'Hello to', endedAtMs: 1500 }]);
    output.say(speech(500), 'Bye.');
    output.close();
    output.close();
    output.say(speech(500), 'More.');
    expect(finished).toHaveLength(2);
  });
});

it('cuts words in proportion to the time that was played', () => {
  const clauses = [
    { text: 'Sure, no problem.', durationMs: 1000 },
    { text: 'What day works for you?', durationMs: 1000 },
  ];
  expect(heardText(clauses, 0)).toBe('');
  expect(heardText(clauses, 1000)).toBe('Sure, no problem.');
  expect(heardText(clauses, 1600)).toBe('Sure, no problem. What day works');
  expect(heardText(clauses, 9000)).toBe('Sure, no problem. What day works for you?');
});

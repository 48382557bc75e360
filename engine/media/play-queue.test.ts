import { describe, expect, it } from 'vitest';
import { PlayQueue, type QueuedFrame } from './play-queue.ts';
import { createKernel } from './resample.ts';

const newQueue = (rateHz = 8000) =>
  new PlayQueue((fromHz, toHz) => (fromHz === toHz ? undefined : createKernel(fromHz, toHz)), rateHz);
const level = (value: number, length: number) => new Int16Array(length).fill(value);
const drain = (queue: PlayQueue, frames: number): QueuedFrame[] =>
  Array.from({ length: frames }, () => queue.next());

describe('play queue', () => {
  it('plays stretches one after the other without a gap and tells each one’s end', () => {
    const queue = newQueue();
    queue.add(1, level(11, 200), 8000);
    queue.finish(1);
    queue.add(2, level(22, 200), 8000);
    queue.finish(2);
    const frames = drain(queue, 4);
    const all = frames.slice(0, 3).flatMap(({ samples }) => [...(samples ?? [])]);
    expect(all).toEqual([...level(11, 200), ...level(22, 200), ...level(0, 80)]);
    expect(frames.map(({ begins }) => begins)).toEqual([true, true, false, false]);
    expect(frames.map(({ ended }) => ended)).toEqual([
      [],
      [{ id: 1, playedMs: 25, cut: false }],
      [{ id: 2, playedMs: 25, cut: false }],
      [],
    ]);
    expect(frames[3]?.samples).toBeNull();
  });

  it('tells the end with the last frame when it fits exactly', () => {
    const queue = newQueue();
    queue.add(1, level(5, 320), 8000);
    queue.finish(1);
    expect(drain(queue, 2).map(({ ended }) => ended.length)).toEqual([0, 1]);
  });

  it('waits for the rest of a torn frame until it comes or the stretch is finished', () => {
    const queue = newQueue();
    queue.add(1, level(5, 250), 8000);
    expect(drain(queue, 3).map(({ samples }) => samples !== null)).toEqual([true, false, false]);
    queue.add(1, level(5, 70), 8000);
    expect(queue.next().samples).toEqual(level(5, 160));
    queue.finish(1);
    expect(queue.next()).toEqual({
      samples: null,
      begins: false,
      ended: [{ id: 1, playedMs: 40, cut: false }],
    });
  });

  it('plays a stretch for as long as it lasts at its own rate', () => {
    const queue = newQueue();
    for (let piece = 0; piece < 10; piece += 1) queue.add(1, level(1000, 2205), 22050);
    queue.finish(1);
    const frames = drain(queue, 51);
    expect(frames[49]?.ended).toEqual([{ id: 1, playedMs: 1000, cut: false }]);
    expect(frames[25]?.samples).toEqual(level(1000, 160));
    expect(frames[50]?.samples).toBeNull();
  });

  it('tells of a stretch without audio', () => {
    const queue = newQueue();
    queue.finish(7);
    expect(queue.next().ended).toEqual([{ id: 7, playedMs: 0, cut: false }]);
  });

  it('cuts everything and ignores what still comes for it', () => {
    const queue = newQueue();
    queue.add(1, level(5, 1600), 8000);
    queue.add(2, level(6, 1600), 8000);
    drain(queue, 2);
    expect(queue.clear()).toEqual([
      { id: 1, playedMs: 40, cut: true },
      { id: 2, playedMs: 0, cut: true },
    ]);
    queue.add(1, level(5, 1600), 8000);
    queue.finish(2);
    expect(queue.next()).toEqual({ samples: null, begins: false, ended: [] });
    queue.add(3, level(7, 160), 8000);
    expect(queue.next().samples).toEqual(level(7, 160));
  });

  it('keeps its own copy of the audio', () => {
    const queue = newQueue();
    const samples = level(5, 160);
    queue.add(1, samples, 8000);
    samples.fill(0);
    expect(queue.next().samples).toEqual(level(5, 160));
  });

  it('gives frames of 320 samples at 16 kHz, and goes on when the leg changes its rate', () => {
    const queue = newQueue(16_000);
    const sine = Int16Array.from({ length: 8000 }, (_, n) => 8000 * Math.sin((2 * Math.PI * 500 * n) / 8000));
    queue.add(1, sine, 8000);
    queue.finish(1);
    const wide = drain(queue, 10).map(({ samples }) => samples?.length);
    expect(wide).toEqual(Array(10).fill(320));
    queue.changeRate(8000);
    const narrow = drain(queue, 41);
    expect(narrow.slice(0, 40).every(({ samples }) => samples?.length === 160)).toBe(true);
    const ended = narrow.flatMap((frame) => frame.ended);
    expect(ended).toEqual([{ id: 1, playedMs: expect.any(Number), cut: false }]);
    expect(Math.abs((ended[0]?.playedMs ?? 0) - 1000)).toBeLessThan(1);
    // 500 Hz has 16 samples a period at 8 kHz: anything lost or doubled shows as a jump.
    const heard = narrow.slice(0, 38).flatMap(({ samples }) => [...(samples ?? [])]);
    const steps = heard.slice(1).map((sample, n) => Math.abs(sample - (heard[n] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(8000 * 2 * Math.sin((Math.PI * 500) / 8000) * 1.5);
  });

  it('brings a voice of 22.05 kHz to a wide-band leg with what lies above 4 kHz', () => {
    const queue = newQueue(16_000);
    const high = Int16Array.from(
      { length: 22_050 },
      (_, n) => 8000 * Math.sin((2 * Math.PI * 6000 * n) / 22_050),
    );
    queue.add(1, high, 22_050);
    queue.finish(1);
    const heard = drain(queue, 50).flatMap(({ samples }) => [...(samples ?? [])]);
    const power = heard.reduce((sum, sample) => sum + sample ** 2, 0) / heard.length;
    expect(10 * Math.log10((2 * power) / 8000 ** 2)).toBeCloseTo(0, 0);
  });
});

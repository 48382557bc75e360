import { describe, expect, it } from 'vitest';
import { apologyLine, recordedLine, troubleLine } from './failure-lines.ts';
import { FakeReceptionist, startCall, tone, until } from './fake-session.ts';

describe('trouble in a call', { concurrent: true }, () => {
  it('apologises when a model fails, and hands the caller over the second time', async (test) => {
    const call = await startCall(test, { inference: { transcribe: () => ({ text: 'hello there' }) } });
    await until(() => call.turns.length === 1);
    call.inference.broken.add('transcribe');
    await call.audio.speak(tone(500));
    await until(() => call.turns.length === 2, 6000);
    expect(call.turns[1]?.text).toBe(apologyLine);
    await call.audio.speak(tone(500));
    await until(() => call.transfers.length === 1, 14_000);
    expect(call.turns.at(-1)?.text).toBe('Somebody will help you.');
    call.session.resume('no-answer');
    await until(() => call.turns.at(-1)?.text === 'Not connected: no-answer.');
    await call.audio.speak(tone(500));
    await until(() => call.ends() === 1, 14_000);
    expect(call.turns.at(-1)?.text).toBe(troubleLine);
  }, 40_000);

  it('apologises when the receptionist fails', async (test) => {
    const receptionist = new FakeReceptionist(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('a bug')) }),
    }));
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    await until(() => call.turns.length === 3, 6000);
    expect(call.turns[2]?.text).toBe(apologyLine);
  });

  it('says something when the answer takes its time, and the answer after it', async (test) => {
    const receptionist = new FakeReceptionist(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 3500));
      yield { kind: 'say', text: 'Found it.', fixed: false };
    });
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1 && call.speaker.ready('One moment, please.') !== null);
    await call.audio.speak(tone(500));
    await until(() => call.turns.length === 3, 8000);
    expect(call.turns[2]?.text).toMatch(/^One moment, please\. .*Found it\.$/);
    expect(longestGapMs(call.audio.played.map(({ atMs }) => atMs).slice(20))).toBeLessThan(2000);
  }, 15_000);

  it('gives an answer up that never comes, apologises, and then hands the caller over', async (test) => {
    const receptionist = new FakeReceptionist(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    }));
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1 && call.speaker.ready('could you say that again?') !== null);
    await call.audio.speak(tone(500));
    await until(() => call.turns.length === 3, 15_000);
    expect(call.turns[2]?.text).toContain(apologyLine);
    await call.audio.speak(tone(500));
    await until(() => call.transfers.length === 1, 15_000);
    expect(call.turns.at(-1)?.text).toContain('Somebody will help you.');
  }, 40_000);

  it('takes a message into the recording, and says goodbye when the caller is done', async (test) => {
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: 'After the tone.', fixed: true };
      yield { kind: 'record-message' };
    });
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    await until(() => call.slots.length > 1);
    expect(call.slots[1]).toMatchObject({ skill: 'message' });
    await new Promise((resolve) => setTimeout(resolve, 800));
    await call.audio.speak(tone(1500));
    await until(() => call.ends() === 1, 12_000);
    expect(call.turns.at(-1)?.text).toBe(recordedLine);
  }, 25_000);
});

const longestGapMs = (times: readonly number[]): number =>
  times.reduce((longest, atMs, index) => Math.max(longest, atMs - (times[index - 1] ?? atMs)), 0);

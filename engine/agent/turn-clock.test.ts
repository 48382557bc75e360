import { expect, it } from 'vitest';
import { TurnClock } from './turn-clock.ts';

it('splits the time from the last voiced packet in to the first one out', () => {
  const clock = new TurnClock({ lastVoicedInMs: 1000, committedMs: 1300, sttMs: 60.4 });
  clock.understood(1310);
  clock.understood(1900);
  clock.firstAudio(1345, 1000);
  clock.firstVoicedOut(1360);
  // The sentence was held and went on.
  clock.firstVoicedOut(2400);
  expect(clock.latency()).toEqual({
    totalMs: 360,
    endOfTurnMs: 300,
    sttMs: 60,
    understandingMs: 10,
    ttsMs: 35,
    outputMs: 15,
  });
});

it('leaves out what did not happen, and takes no voice from before the turn for its reply', () => {
  const clock = new TurnClock({ lastVoicedInMs: null, committedMs: 1300, sttMs: null });
  expect(Object.values(clock.latency())).toEqual([null, null, null, null, null, null]);
  const early = new TurnClock({ lastVoicedInMs: 1000, committedMs: 1300, sttMs: null });
  early.firstVoicedOut(900);
  expect(early.latency().totalMs).toBeNull();
});

it("counts from the caller's last sound, also when they went on after the turn was committed", () => {
  const clock = new TurnClock({ lastVoicedInMs: 1000, committedMs: 1300, sttMs: null });
  clock.understood(1310);
  clock.firstAudio(1900, 1700);
  clock.firstVoicedOut(1920);
  const { totalMs, endOfTurnMs, understandingMs, ttsMs, outputMs } = clock.latency();
  expect([totalMs, endOfTurnMs, understandingMs, ttsMs, outputMs]).toEqual([220, 0, 0, 200, 20]);
});

import { describe, expect, it } from 'vitest';
import { median, stagesOf } from './latency.ts';

const latency = {
  totalMs: 1000,
  endOfTurnMs: 500,
  sttMs: 200,
  understandingMs: 100,
  ttsMs: 150,
  outputMs: 20,
};

describe('stagesOf', () => {
  it('splits the whole answer time, in order', () => {
    expect(stagesOf(latency).map(({ stage, lengthMs }) => [stage, lengthMs])).toEqual([
      ['wait', 300],
      ['stt', 200],
      ['understanding', 100],
      ['tts', 150],
      ['rest', 250],
    ]);
  });

  it('never tells more than the total, and leaves out what did not run', () => {
    const parts = stagesOf({ ...latency, totalMs: 550, understandingMs: null });
    expect(parts.reduce((sum, part) => sum + part.lengthMs, 0)).toBe(550);
    expect(parts.map((part) => part.stage)).toEqual(['wait', 'stt', 'tts']);
    expect(stagesOf({ ...latency, totalMs: null })).toEqual([]);
  });
});

describe('median', () => {
  it('is the middle one', () => {
    expect([median([]), median([3, 1, 2]), median([4, 1])]).toEqual([null, 2, 1]);
  });
});

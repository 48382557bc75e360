import { describe, expect, it } from 'vitest';
import { LevelGauge } from './level-gauge.ts';

const frame = (caller: number, agent: number): Int16Array =>
  Int16Array.from({ length: 320 }, (_, i) => (i % 2 === 0 ? caller : agent) * (i % 4 < 2 ? 1 : -1));

describe('level gauge', () => {
  it('tells the louder of each tenth of a second, each side apart', () => {
    const told: unknown[] = [];
    const gauge = new LevelGauge((levels) => told.push(levels));
    for (const caller of [0, 327, 32_767, 0]) gauge.add(frame(caller, 0));
    expect(told).toEqual([]);
    gauge.add(frame(0, 328));
    expect(told).toEqual([{ caller: 1, agent: 0.33 }]);
    for (let i = 0; i < 5; i += 1) gauge.add(frame(0, 0));
    expect(told[1]).toEqual({ caller: 0, agent: 0 });
  });
});

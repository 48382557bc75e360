import { describe, expect, it } from 'vitest';
import { everyFor, linesThrough, ticksTo } from './chart-scale.ts';

describe('charts', () => {
  it('have axes that are easy to read and reach the largest', () => {
    expect(ticksTo(0)).toEqual([0, 1]);
    expect(ticksTo(3)).toEqual([0, 1, 2, 3]);
    expect(ticksTo(7)).toEqual([0, 2, 4, 6, 8]);
    expect(ticksTo(1234)).toEqual([0, 500, 1000, 1500]);
    for (let largest = 1; largest < 5000; largest += 7) {
      const ticks = ticksTo(largest);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
      expect(ticks.length).toBeLessThanOrEqual(5);
    }
  });

  it('name no more than there is room for', () => {
    expect(everyFor(7, 12)).toBe(1);
    expect(everyFor(365, 12)).toBe(31);
  });

  it('break a line where nothing was measured', () => {
    const at = (x: number, y: number) => ({ x, y });
    expect(linesThrough([at(0, 1), at(1, 2), null, at(3, 4)])).toBe('M0.0 1.0L1.0 2.0M3.0 4.0');
    expect(linesThrough([null, null])).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import { Reception } from './reception.ts';
import { sequenceDistance, timestampDistance } from './sequence.ts';

const stream = (sequences: readonly number[], arrival: (index: number) => number = (index) => index * 20) => {
  const reception = new Reception();
  sequences.forEach((sequence, index) => {
    reception.add({ ssrc: 1, sequence, timestamp: index * 160, arrivalMs: arrival(index), paced: true });
  });
  return reception;
};

describe('reception', () => {
  it('measures distances across the wrap', () => {
    expect(sequenceDistance(65535, 0)).toBe(1);
    expect(sequenceDistance(2, 65534)).toBe(-4);
    expect(timestampDistance(0xffffffff, 159)).toBe(160);
  });

  it('counts loss across the wrap of the sequence number', () => {
    expect(stream([65533, 65534, 0, 1, 4]).packetsLost).toBe(3);
  });

  it('counts no loss for reordered packets', () => {
    expect(stream([10, 12, 11, 13]).packetsLost).toBe(0);
  });

  it('adds up the loss of several streams', () => {
    const reception = stream([1, 3]);
    reception.add({ ssrc: 2, sequence: 500, timestamp: 0, arrivalMs: 0, paced: true });
    reception.add({ ssrc: 2, sequence: 502, timestamp: 320, arrivalMs: 0, paced: true });
    expect(reception.packetsLost).toBe(2);
    expect(reception.packetsReceived).toBe(4);
  });

  it('has no jitter for an even stream and the mean deviation for an uneven one', () => {
    const many = Array.from({ length: 400 }, (_, index) => index);
    expect(stream(many).jitterMs).toBe(0);
    // Every other packet 5 ms late: each interval deviates by 5 ms.
    expect(stream(many, (index) => index * 20 + (index % 2) * 5).jitterMs).toBeCloseTo(5, 3);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stretches } from './stretches.ts';
import { defaultVadOptions } from './vad.ts';

const samples = new Float32Array(512);

function hear(probabilities: readonly number[]): string {
  const stretches = new Stretches(defaultVadOptions);
  return probabilities
    .flatMap((probability) => stretches.window(samples, probability))
    .map((event) =>
      event.kind === 'window' ? (event.voiced ? 'v' : '.') : event.kind === 'started' ? '(' : ')',
    )
    .join('');
}

describe('Stretches', () => {
  it('begins after 60 ms of voice and ends after 120 ms of silence, each told after its window', () => {
    expect(hear([0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])).toBe('..vv(v....)...');
  });

  it('lets one odd window neither begin nor end anything', () => {
    expect(hear([0, 0, 0, 1, 0, 0, 0])).not.toContain('(');
    expect(hear([1, 1, 1, 0.2, 1, 1])).not.toContain(')');
  });

  it('tells beginnings and ends in turn, whatever it hears', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }),
        (probabilities) => {
          const marks = hear(probabilities).replace(/[v.]/g, '');
          expect(marks).toMatch(/^(\(\))*\(?$/);
        },
      ),
    );
  });
});

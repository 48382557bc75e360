import { describe, expect, it } from 'vitest';
import type { CallAudio } from '../agent/index.ts';
import type { MediaLeg } from '../media/index.ts';
import { StaffEar } from './staff-ear.ts';

type Sound = (both: Int16Array, rateHz: 8000 | 16_000) => void;

/** Fake: a leg that is tapped. */
function fakeLeg() {
  let tell: Sound = () => {};
  const on = (_: string, listener: Sound): void => {
    tell = listener;
  };
  return { leg: { media: { on } as unknown as MediaLeg }, tell: (both: Int16Array) => tell(both, 8000) };
}

describe('the ear for a person of the staff', () => {
  it('hears what goes out to the caller while they talk, and silence once they have left', () => {
    const { leg, tell } = fakeLeg();
    const heard: number[][] = [];
    let opened = 0;
    let stopped = 0;
    const ear = new StaffEar(leg, ({ onAudio }: Pick<CallAudio, 'onAudio'>) => {
      opened += 1;
      onAudio((samples) => void heard.push([...samples]));
      return {
        stop() {
          stopped += 1;
        },
      };
    });
    const both = Int16Array.of(1, 2, 3, 4);
    tell(both);
    expect([opened, heard]).toEqual([0, []]);

    ear.present(true);
    ear.present(true);
    tell(both);
    expect([opened, heard]).toEqual([1, [[2, 4]]]);

    ear.present(false);
    const silence = heard.slice(1);
    expect(silence.length).toBeGreaterThan(30);
    expect(silence.every((samples) => samples.join() === '0,0')).toBe(true);
    tell(both);
    expect(heard.length).toBe(1 + silence.length);

    ear.present(true);
    tell(both);
    expect([opened, heard.at(-1)]).toEqual([1, [2, 4]]);
    ear.stop();
    ear.stop();
    expect(stopped).toBe(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBargeInJudge } from './barge-in.ts';

const windowSamples = 512;
/** A steady hum of 150 Hz, at the loudness of a telephone or of somebody in the background. */
const hum = (level: number) => ({
  samples: Float32Array.from(
    { length: windowSamples },
    (_, i) => level * (((i * 150) / 16_000) % 1) - level / 2,
  ),
  probability: 0.95,
  voiced: true,
});
const silence = { samples: new Float32Array(windowSamples), probability: 0.02, voiced: false };
const loud = 0.3;

function judgeAfter(voicedMs: number, options = {}, level = loud) {
  const judge = createBargeInJudge(options);
  judge.hear(silence);
  judge.hear(silence);
  for (let ms = 0; ms < voicedMs; ms += 32) judge.hear(hum(level));
  return judge;
}

describe('the judge of barge-ins', () => {
  it.each(['Wait, I have a question.', 'Okay, but what does it cost?', 'No, not on Tuesday.'])(
    'stops for "%s"',
    (text) => expect(judgeAfter(400).read(text)).toBe('stop'),
  );

  it.each(['Mm-hmm.', 'Okay.', 'Yeah, yeah.', 'I see.'])('lets "%s" pass', (text) =>
    expect(judgeAfter(400).read(text)).toBe('pass'),
  );

  it('stops after all when more follows a backchannel', () => {
    const judge = judgeAfter(400);
    expect(judge.read('Okay,')).toBe('pass');
    expect(judge.read('Okay, but wait a minute.')).toBe('stop');
  });

  it('takes "yeah" for an answer while the agent waits for one', () => {
    expect(judgeAfter(300, { answering: () => true }).read('Yeah.')).toBe('stop');
  });

  it('does not trust words that were recognised from next to nothing', () => {
    expect(judgeAfter(96).read('Stop talking to me.')).toBe('undecided');
  });

  it('lets talk in the background pass, whatever is said', () => {
    expect(judgeAfter(800, {}, 0.01).read('Stop, wait, what was that?')).toBe('pass');
  });

  it('stops for a voice that does not end, even without words', () => {
    expect(judgeAfter(1700).hear(hum(loud))).toBe('stop');
  });

  it('forgets an utterance that is over', () => {
    const judge = judgeAfter(400);
    expect(judge.read('Wait, stop, please.')).toBe('stop');
    judge.reset();
    expect(judge.hear(silence)).toBe('undecided');
  });

  it('stays with "stop" until it is reset', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(silence, hum(loud)), { maxLength: 40 }),
        fc.string(),
        (windows, text) => {
          const judge = judgeAfter(400);
          judge.read('Wait, I have a question.');
          for (const window of windows) expect(judge.hear(window)).toBe('stop');
          expect(judge.read(text)).toBe('stop');
        },
      ),
      { numRuns: 20 },
    );
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { InbandDtmf } from './inband-dtmf.ts';
import { resample } from './resample.ts';

/** Prose with many vowels that come near the tones. */
const prose = `The receptionist said that two of the three rooms were free on Tuesday afternoon. You may leave your name
and number after the tone, or press one of the keys. Nine new neighbours moved in over the evening, and we are all
aware of how our hours were arranged. Oh no, I owe you eleven euros. Please hold the line, we will be right with you.
In the meantime, enjoy the music of the opera. Who knew that blue shoes were used for cruising to the moon?`;

const hasEspeak = spawnSync('espeak-ng', ['--version']).status === 0;

describe.skipIf(!hasEspeak)('talk-off (needs espeak-ng)', () => {
  it.each(['en-us', 'en-us+f3', 'de', 'it+m7'])('hears no key in a minute of speech, voice %s', (voice) => {
    const wav = spawnSync('espeak-ng', ['-v', voice, '-s', '150', '--stdout'], {
      input: `${prose} ${prose}`,
      maxBuffer: 2 ** 27,
    }).stdout;
    const spoken = new Int16Array(new Uint8Array(wav.subarray(44, wav.length & ~1)).buffer);
    const sourceHz = wav.readUInt32LE(24);
    for (const rate of [8000, 16000] as const) {
      const samples = resample(spoken, sourceHz, rate);
      expect(samples.length / rate).toBeGreaterThan(50);
      const detector = new InbandDtmf(rate);
      for (let at = 0; at + rate / 50 <= samples.length; at += rate / 50) {
        expect(detector.receive(samples.subarray(at, at + rate / 50))).toBeNull();
      }
    }
  });
});

import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-node';
import { modelFile } from '../../../models/index.ts';
import { phonemesOf } from '../phonemes.ts';
import type { EngineStart } from './engine.ts';
import { type OpenedSession, openSession } from './session.ts';
import type { Voice } from './voice.ts';

export const kokoroId = 'kokoro-82m-int8';
const sampleRateHz = 24_000;
const styleSize = 256;
/** The model's longest input, without the two pads around it. */
const longestTokens = 509;

/** Symbols of Kokoro v1.0 and their numbers, as its configuration lists them. */
const symbolIds: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, ';:,.!?'],
      [9, '—…"()“” \u0303ʣʥʦʨᵝ\uAB67AI'],
      [31, 'O'],
      [33, 'Q'],
      [35, 'ST'],
      [39, 'W'],
      [41, 'Yᵊabcdef'],
      [50, 'hijklmnopqrstuvwxyzɑɐɒæ'],
      [75, 'βɔɕç'],
      [80, 'ɖðʤə'],
      [85, 'ɚɛɜ'],
      [90, 'ɟ'],
      [92, 'ɡ'],
      [99, 'ɥ'],
      [101, 'ɨɪʝ'],
      [110, 'ɯɰŋɳɲɴø'],
      [118, 'ɸθœ'],
      [123, 'ɹ'],
      [125, 'ɾɻ'],
      [128, 'ʁɽʂʃʈʧ'],
      [135, 'ʊʋ'],
      [138, 'ʌɣɤ'],
      [142, 'χʎ'],
      [147, 'ʒʔ'],
      [156, 'ˈˌː'],
      [162, 'ʰ'],
      [164, 'ʲ'],
      [169, '↓'],
      [171, '→↗↘'],
      [177, 'ᵻ'],
    ] as const
  ).flatMap(([first, symbols]) =>
    [...symbols].map((symbol, index): [string, number] => [symbol, first + index]),
  ),
);

/** espeak's phonemes in the spelling that Kokoro was trained on, as numbers. */
export function kokoroIds(phonemes: string): number[] {
  const spelt = phonemes.replaceAll('r', 'ɹ').replaceAll('ʲ', 'j').replaceAll('x', 'k').replaceAll('ɬ', 'l');
  return [...spelt].flatMap((symbol) => symbolIds.get(symbol) ?? []).slice(0, longestTokens);
}

/** All voices share one session; a voice is a table of styles, one for each length of input. */
export async function openKokoro({ modelsDir, ...start }: EngineStart): Promise<OpenedSession> {
  return await openSession(modelFile(modelsDir, kokoroId, 'kokoro-v1.0.int8.onnx'), start);
}

/** @param name for example `af_heart`: a for American, b for British; f and m for the sort of voice */
export async function loadKokoro(
  { session, device, deviceReason }: OpenedSession,
  modelsDir: string,
  name: string,
): Promise<Voice> {
  const bytes = await readFile(modelFile(modelsDir, kokoroId, `${name}.bin`));
  const styles = new Float32Array(new Uint8Array(bytes).buffer);
  const language = name.startsWith('b') ? 'en-gb' : 'en-us';
  return {
    device,
    deviceReason,
    // the session is shared by all of its voices
    close: async () => {},
    sampleRateHz,
    speak: async (sentence, speed) => {
      const ids = kokoroIds(await phonemesOf(sentence, language));
      const row = Math.min(ids.length, styles.length / styleSize - 1) * styleSize;
      const output = await session.run({
        tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
        style: new Tensor('float32', styles.slice(row, row + styleSize), [1, styleSize]),
        speed: new Tensor('float32', Float32Array.of(speed), [1]),
      });
      const audio = output[session.outputNames[0] ?? '']?.data;
      if (!(audio instanceof Float32Array)) throw new Error('the voice gave no audio');
      return audio;
    },
  };
}

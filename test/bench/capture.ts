import { join } from 'node:path';
import { recogniseEmail } from '../../engine/agent/understanding/email.ts';
import { recogniseName } from '../../engine/agent/understanding/names.ts';
import { recognisePhone } from '../../engine/agent/understanding/phone.ts';
import { tokenise } from '../../engine/agent/understanding/tokens.ts';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { type Expected, type Inference, startInference } from '../../engine/inference/index.ts';
import { decodePcmu, encodePcmu, resample } from '../../engine/media/index.ts';
import { type CallerVoice, keptVoice, modelVoice } from '../caller/voice.ts';
import { type CaptureItem, captureItems } from '../evals/capture/set.ts';
import type { Bench, Figure } from './figure.ts';

/** The slow voices speak every sixteenth item, the quick one the others. */
const slowVoices = ['kokoro-af_heart', 'kokoro-am_puck', 'kokoro-bf_isabella', 'kokoro-bm_george'];
const quickVoice = 'piper-en-us-joe-medium';
const [lineHz, wideHz] = [8000, 16_000];

/** Names, e-mail addresses and numbers heard over G.711: exact at once, or after being asked for once more. */
export const capture: Bench = async ({ quick, tell }) => {
  const { modelsDir } = loadConfig();
  const speaking = await startInference({ modelsDir, log: silentLog, uses: ['tts'] });
  const cacheDir = join(modelsDir, '..', 'caller-speech');
  const voiceNamed = (name: string): CallerVoice => keptVoice(name, modelVoice(speaking, name), cacheDir);
  const slow = slowVoices.map(voiceNamed);
  const quickOne = voiceNamed(quickVoice);
  const voiceOf = (i: number): CallerVoice =>
    i % 16 === 0 ? (slow[(i / 16) % slow.length] ?? quickOne) : quickOne;
  const items = captureItems().filter((_, i) => !quick || i % 8 === 0);
  try {
    tell('  speaking ...');
    for (const [i, { says }] of items.entries()) {
      for (const text of says) await voiceOf(i).speak(text);
    }
  } finally {
    await speaking.stop();
  }
  const hearing = await startInference({ modelsDir, log: silentLog, uses: ['stt'] });
  try {
    const results: { kind: CaptureItem['kind']; first: boolean; repaired: boolean }[] = [];
    for (const [i, item] of items.entries()) {
      const voice = voiceOf(i);
      const heard = [await hear(item, 0, { voice, hearing }), await hear(item, 1, { voice, hearing })];
      const [first = false, second = false] = heard.map((text) => heardValue(item.kind, text) === item.value);
      results.push({ kind: item.kind, first, repaired: first || second });
      if (!first && !second) tell(`    ${item.value}: ${heard.map((text) => `"${text}"`).join(', ')}`);
    }
    return figuresOf(results);
  } finally {
    await hearing.stop();
  }
};

/** What the agent listens for when it has asked for one. */
const expected: Readonly<Record<CaptureItem['kind'], Expected>> = {
  name: { kind: 'name', known: [] },
  phone: { kind: 'digits', counts: [7, 10] },
  email: { kind: 'email' },
};

async function hear(
  { kind, says }: CaptureItem,
  time: 0 | 1,
  { voice, hearing }: { readonly voice: CallerVoice; readonly hearing: Inference },
): Promise<string> {
  const line = decodePcmu(encodePcmu(await voice.speak(says[time])));
  const wide = Float32Array.from(resample(line, lineHz, wideHz), (sample) => sample / 32_768);
  const options = { priority: 'live', timeoutMs: 60_000, expected: expected[kind] } as const;
  return (await hearing.transcribe(wide, options)).text;
}

function heardValue(kind: CaptureItem['kind'], text: string): string | null {
  if (kind === 'email') return recogniseEmail(text)?.value ?? null;
  const tokens = tokenise(text);
  if (kind === 'phone') return recognisePhone(tokens, 'US')?.e164 ?? null;
  return recogniseName(tokens, { expected: true, notNames: new Set() })?.value ?? null;
}

function figuresOf(
  results: readonly {
    readonly kind: CaptureItem['kind'];
    readonly first: boolean;
    readonly repaired: boolean;
  }[],
): Figure[] {
  const rate = (name: string, of: readonly boolean[], limit: number | null = null): Figure => ({
    ...{ name, value: (100 * of.filter(Boolean).length) / Math.max(1, of.length), unit: '%', limit },
    ...{ limitIs: 'least', note: `${of.length} items over G.711, five voices` },
  });
  const kinds = (['name', 'email', 'phone'] as const).flatMap((kind) => {
    const own = results.filter((result) => result.kind === kind);
    return [
      rate(
        `${kind}: exact at once`,
        own.map(({ first }) => first),
      ),
      rate(
        `${kind}: exact after one repair at most`,
        own.map(({ repaired }) => repaired),
      ),
    ];
  });
  return [
    ...kinds,
    rate(
      'all: exact after one repair at most',
      results.map(({ repaired }) => repaired),
      90,
    ),
  ];
}

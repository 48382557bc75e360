/**
 * Rehearsal over the real line: a whole engine, calls by SIP and RTP in G.711, callers with several voices and noise
 * behind them. The engine's clock is set to that of the cases by the `faketime` library.
 *
 * Run: node test/evals/rehearsal/line.ts [--only TEXT] [--count N] [--snr DB] [--minutes N] [--report DIR]
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DateTime } from 'luxon';
import { loadConfig, silentLog, systemIds } from '../../../engine/foundation/index.ts';
import { type InferenceHost, startInference } from '../../../engine/inference/index.ts';
import {
  type CaseResult,
  clockOf,
  furnish,
  grade,
  loadCases,
  type RehearsalCase,
  reportOf,
  summaryOf,
} from '../../../engine/rehearsal/index.ts';
import { openBox, type Playbook } from '../../../engine/store/index.ts';
import { openCaller } from '../../caller/caller.ts';
import { startEngineProcess } from '../../caller/engine-process.ts';
import { simulateCall } from '../../caller/simulated-call.ts';
import { type CallerVoice, keptVoice, modelVoice } from '../../caller/voice.ts';
import { randomOf } from '../turn-taking/random.ts';
import { CasePersona } from './case-persona.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    count: { type: 'string', default: '40' },
    snr: { type: 'string', default: '20' },
    report: { type: 'string' },
    /** No new call after that: what was called until then is graded. */
    minutes: { type: 'string', default: '120' },
  },
});
const at = '2026-11-20T10:00';
const zone = 'America/New_York';
const voices = ['kokoro-af_heart', 'kokoro-am_puck', 'kokoro-bf_isabella', 'kokoro-bm_george'];

/** What cannot be heard or done over this line: keys, silence, and people to be put through to. */
const canBeCalled = ({ now, say, answers, expect }: RehearsalCase): boolean =>
  now === at &&
  ![...say, ...Object.values(answers).flat()].some((line) => line.startsWith('<')) &&
  (expect.transfers ?? []).length === 0;

/** Every n-th of them, so that each profession and kind has its share. */
function chosen(cases: readonly RehearsalCase[], count: number): readonly RehearsalCase[] {
  const step = Math.max(1, cases.length / count);
  return Array.from({ length: Math.min(count, cases.length) }, (_, i) => cases[Math.floor(i * step)]).flatMap(
    (rehearsed) => rehearsed ?? [],
  );
}

interface Furnished {
  readonly rehearsed: RehearsalCase;
  readonly number: string;
  readonly tenantId: string;
  readonly playbook: Playbook;
}

async function furnishAll(dataDir: string, cases: readonly RehearsalCase[]): Promise<readonly Furnished[]> {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
  const clock = clockOf({ now: at });
  const box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  try {
    const furnished: Furnished[] = [];
    for (const [i, rehearsed] of cases.entries()) {
      const number = `+1212555${String(1000 + i)}`;
      const embed = (texts: readonly string[]) => inference.embed(texts, { priority: 'embedding' });
      const { tenant, store } = await furnish(box, rehearsed, { clock, ids: systemIds, embed, number });
      furnished.push({ rehearsed, number, tenantId: tenant.id, playbook: store.playbook() });
    }
    return furnished;
  } finally {
    box.close();
    await inference.stop();
  }
}

/** The clock of the cases for the engine and all its processes; their monotonic clocks stay as they are. */
function fakeTime(): Readonly<Record<string, string>> {
  const folder = readdirSync('/usr/lib').find((name) =>
    existsSync(`/usr/lib/${name}/faketime/libfaketime.so.1`),
  );
  if (folder === undefined) throw new Error('the package faketime is not installed');
  const offsetS = Math.round((DateTime.fromISO(at, { zone }).toMillis() - Date.now()) / 1000);
  return {
    LD_PRELOAD: `/usr/lib/${folder}/faketime/libfaketime.so.1`,
    FAKETIME: `${offsetS >= 0 ? '+' : ''}${offsetS}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** Four seconds of noise that falls by 6 dB an octave from 200 Hz on, as traffic does. */
function trafficNoise(name: string): Float64Array {
  const random = randomOf(name);
  const samples = new Float64Array(4 * 8000);
  const keep = Math.exp((-2 * Math.PI * 200) / 8000);
  let low = 0;
  for (let n = 0; n < samples.length; n += 1) {
    low = keep * low + (1 - keep) * (random() * 2 - 1);
    samples[n] = low + 0.05 * (random() * 2 - 1);
  }
  return samples;
}

/** Traffic behind the voice. */
function withNoise(voice: CallerVoice, snrDb: number, name: string): CallerVoice {
  const background = trafficNoise(name);
  return {
    ...voice,
    keeps: (text) => voice.keeps(text),
    async speak(text) {
      const samples = await voice.speak(text);
      const power = (of: ArrayLike<number>): number =>
        Math.sqrt(Array.from(of).reduce((sum, value) => sum + value * value, 0) / Math.max(1, of.length));
      const gain = power(samples) / (power(background) * 10 ** (snrDb / 20));
      return samples.map((sample, n) =>
        Math.max(-32768, Math.min(32767, sample + gain * (background[n % background.length] ?? 0))),
      );
    },
  };
}

async function main(): Promise<void> {
  const all = loadCases();
  const possible = all.filter(canBeCalled).filter(({ id }) => id.includes(flags.only));
  const cases = chosen(possible, Number(flags.count));
  console.log(
    `${cases.length} of ${all.length} cases (${possible.length} can be called); noise at ${flags.snr} dB`,
  );
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-rehearsal-line-'));
  const undo: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })];
  try {
    const furnished = await furnishAll(dataDir, cases);
    const caller = await openCaller();
    undo.push(() => caller.close());
    const speakers = await openVoices();
    undo.push(() => speakers.inference.stop());
    // Everything is spoken before the calls: a model that speaks takes the processor from the one that listens.
    const personas = furnished.map(({ rehearsed, playbook }) => new CasePersona(rehearsed, playbook));
    for (const [i, persona] of personas.entries()) {
      for (const line of persona.lines()) await speakers.voiceOf(i).speak(line);
    }
    const engine = await startEngineProcess({ dataDir, env: fakeTime() });
    undo.push(() => engine.stop());
    const calls: { failure: string | null; tookMs: number }[] = [];
    const deadlineMs = performance.now() + Number(flags.minutes) * 60_000;
    for (const [i, { rehearsed, number }] of furnished.entries()) {
      const startedMs = performance.now();
      const persona = personas[i];
      if (!persona || performance.now() > deadlineMs) break;
      const report = await simulateCall({
        target: `sip:${number}@${engine.sip.host}:${engine.sip.port}`,
        from: rehearsed.number ?? 'anonymous',
        persona,
        voice: withNoise(speakers.voiceOf(i), Number(flags.snr), rehearsed.id),
        recognise: caller.recognise,
        ...(flags.report ? { recordingPath: join(audioFolder(flags.report), `${rehearsed.id}.wav`) } : {}),
      }).catch((error: unknown) => ({ failure: String(error) }));
      calls.push({ failure: report.failure, tookMs: performance.now() - startedMs });
      console.log(`  ${i + 1}/${furnished.length} ${rehearsed.id}: ${report.failure ?? 'came to its end'}`);
    }
    await engine.stop();
    const results = gradeAll(dataDir, furnished.slice(0, calls.length), calls);
    for (const { rehearsed, passed, faults, conversation } of results) {
      if (passed) continue;
      console.log(`FAILED ${rehearsed.id}${rehearsed.must ? '' : ' (does not count)'}`);
      for (const fault of faults) console.log(`    ! ${fault}`);
      for (const line of conversation?.lines ?? []) console.log(`      ${line.by}: ${line.text}`);
    }
    console.log(summaryOf(results));
    if (flags.report) writeFileSync(join(flags.report, 'report.md'), reportOf(results));
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

const audioFolder = (report: string): string => {
  mkdirSync(report, { recursive: true });
  return report;
};

/** Voices of their own for the callers, one after the other. */
async function openVoices(): Promise<{ inference: InferenceHost; voiceOf: (i: number) => CallerVoice }> {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['tts'] });
  const cacheDir = join(modelsDir, '..', 'caller-speech');
  const made = voices.map((name) => keptVoice(name, modelVoice(inference, name), cacheDir));
  const [first] = made;
  if (!first) throw new Error('there are no voices');
  return { inference, voiceOf: (i) => made[i % made.length] ?? first };
}

function gradeAll(
  dataDir: string,
  furnished: readonly Furnished[],
  calls: readonly { readonly failure: string | null; readonly tookMs: number }[],
): readonly CaseResult[] {
  const box = openBox({ dataDir, clock: clockOf({ now: at }), ids: systemIds, log: silentLog });
  try {
    return furnished.map(({ rehearsed, tenantId }, i) => {
      const store = box.tenant(tenantId);
      const [call] = store.calls.list({ limit: 1 });
      const lines = call
        ? store.transcript.list(call.id).map(({ speaker, text }) => ({ by: speaker, text }))
        : [];
      const { failure = 'no call', tookMs = 0 } = calls[i] ?? {};
      const conversation = { lines, transfers: [], ended: failure === null };
      const faults = grade(rehearsed, { store }, conversation);
      return { rehearsed, passed: faults.length === 0, faults, conversation, tookMs };
    });
  } finally {
    box.close();
  }
}

await main();

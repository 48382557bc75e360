import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TurnLatency } from '../../engine/store/index.ts';
import { callerNumber, demoNumber, openCaller, sarahMiller } from '../caller/caller.ts';
import { EngineApi } from '../caller/engine-api.ts';
import { startEngineProcess } from '../caller/engine-process.ts';
import { percentile } from '../caller/percentiles.ts';
import { simulateCall } from '../caller/simulated-call.ts';
import { nextTuesdayAtTen } from '../caller/spoken-time.ts';
import type { Bench, Figure } from './figure.ts';

/** Calls that book an appointment, one at a time, measured at the wire by the caller's own RTP thread. */
export const firstCall: Bench = async ({ quick, tell }) => {
  const calls = quick ? 1 : 5;
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-bench-'));
  const undo: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })];
  const answered: number[] = [];
  const greeting: number[] = [];
  const latency: number[] = [];
  const gaps: number[] = [];
  const stages: TurnLatency[] = [];
  let [lost, booked] = [0, 0];
  try {
    const startMs = performance.now();
    const engine = await startEngineProcess({ dataDir });
    const readyMs = performance.now() - startMs;
    undo.push(() => engine.stop());
    const api = new EngineApi(engine);
    const [tenant] = await api.tenants();
    const caller = await openCaller();
    undo.push(() => caller.close());
    const zone = tenant?.timeZone ?? 'America/New_York';
    for (let index = 0; index < calls; index += 1) {
      // Each call wants a time of its own: an opening that is taken would make it another conversation.
      const minutes = 30 * index;
      const when = nextTuesdayAtTen(Date.now(), zone).plus({ minutes }).toFormat("yyyy-MM-dd'T'HH:mm");
      const persona = sarahMiller({ zone, when });
      for (const line of persona.usualLines()) await caller.voice.speak(line);
      const report = await simulateCall({
        target: `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`,
        from: callerNumber,
        persona,
        voice: caller.voice,
        recognise: caller.recognise,
      });
      const { call, transcript } = await api.finishedCall();
      stages.push(...transcript.flatMap((turn) => (turn.latency === null ? [] : [turn.latency])));
      if ((await api.appointments()).some(({ callId }) => callId === call.id)) booked += 1;
      answered.push(report.answeredMs);
      if (report.firstGreetingMs !== null) greeting.push(report.firstGreetingMs);
      latency.push(...report.turns.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs])));
      gaps.push(...Array.from(report.rtp.gapsMs, (gap) => Math.abs(gap - 20)));
      lost += report.rtp.packetsLost;
      if (report.failure !== null) {
        for (const line of report.transcript) tell(`    ${line.speaker}: ${line.text}`);
      }
      tell(`  call ${index + 1}: ${report.turns.length} turns, ${report.failure ?? 'came to its end'}`);
    }
    const over = `${calls} calls, ${latency.length} turns`;
    return [
      { name: 'voice to voice p50', value: percentile(latency, 50), unit: 'ms', limit: 450, note: over },
      { name: 'voice to voice p95', value: percentile(latency, 95), unit: 'ms', limit: 700, note: over },
      {
        name: 'fastest reply',
        value: Math.min(...latency),
        unit: 'ms',
        limit: 150,
        limitIs: 'least',
        note: 'sooner than that seems to interrupt',
      },
      ...stageFigures(stages),
      { name: 'INVITE to 200', value: percentile(answered, 95), unit: 'ms', limit: 200, note: 'p95' },
      {
        name: 'ACK to greeting',
        value: percentile(greeting, 95),
        unit: 'ms',
        limit: 300,
        note: 'p95, first voiced packet',
      },
      {
        name: 'RTP gap off 20 ms p99',
        value: percentile(gaps, 99),
        unit: 'ms',
        limit: 3,
        note: 'as received, one call',
      },
      { name: 'RTP packets lost', value: lost, unit: 'packets', limit: null, note: over },
      {
        name: 'engine start to ready',
        value: Math.round(readyMs),
        unit: 'ms',
        limit: 10_000,
        note: 'starter models',
      },
      {
        name: 'calls that booked',
        value: (100 * booked) / calls,
        unit: '%',
        limit: 100,
        limitIs: 'least',
        note: `${booked} of ${calls}`,
      },
    ];
  } finally {
    for (const step of undo.reverse()) await step();
  }
};

/** Audio that is handed over so soon after its words are known was ready. */
const readyMs = 10;

/** Where the time of a reply goes, as the record tells it. */
function stageFigures(stages: readonly TurnLatency[]): readonly Figure[] {
  const all = (of: (stage: TurnLatency) => number | null): number[] =>
    stages.flatMap((stage) => of(stage) ?? []);
  const p50 = (name: string, of: (stage: TurnLatency) => number | null): Figure => ({
    name: `${name} p50`,
    value: percentile(all(of), 50),
    unit: 'ms',
    limit: null,
    note: `of the reply, ${all(of).length} turns; p95 ${percentile(all(of), 95)} ms`,
  });
  const cached = stages.filter(({ ttsMs }) => ttsMs !== null && ttsMs <= readyMs);
  const firstWordMs = cached.flatMap(({ understandingMs, ttsMs, outputMs }) =>
    outputMs === null ? [] : [(understandingMs ?? 0) + (ttsMs ?? 0) + outputMs],
  );
  const totalMs = cached.flatMap((stage) => stage.totalMs ?? []);
  return [
    {
      name: 'first word of a cached answer p95',
      value: percentile(firstWordMs, 95),
      unit: 'ms',
      limit: 300,
      note: `from the end of the turn, ${cached.length} turns; p50 from the caller's last sound ${percentile(totalMs, 50)} ms`,
    },
    p50('end of turn', ({ endOfTurnMs }) => endOfTurnMs),
    p50('understanding', ({ understandingMs }) => understandingMs),
    p50('voice', ({ ttsMs }) => ttsMs),
    p50('output', ({ outputMs }) => outputMs),
  ];
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePcmu, isVoiced, parseRtp } from '../../engine/media/index.ts';
import { type Caller, callerNumber, demoNumber } from '../caller/caller.ts';
import type { CallDetail, EngineApi } from '../caller/engine-api.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { percentile } from '../caller/percentiles.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { type CapturedPacket, captureMissing, rtpFilter, startCapture } from './peers/packet-capture.ts';

const missing = (await missingFor({ caller: true })) || captureMissing();

/** Short questions with short answers, from ready audio: many turns fit into little time. */
const questions = ['How much is a filling?', 'How much is whitening?', 'How much is a cleaning?'];
const concurrentCalls = 3;
const wantedTurns = 40;
const mostMs = 120_000;
/** The agent has finished when this long nothing voiced came; longer than the pauses between its clauses. */
const quietMs = 600;
/** An answer that takes longer did not come. */
const patienceMs = 6000;
const mostApartMs = 20;
/** Ethernet, IP and UDP headers, RTP header, 20 ms of G.711. */
const keepBytes = 14 + 20 + 8 + 12 + 160;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** One turn of the agent as the packets tell it. */
interface WireTurn {
  /** Departure of its first voiced packet, UTC. */
  readonly atMs: number;
  /** The caller's last voiced packet before it → its first voiced packet. */
  readonly latencyMs: number;
}

type AgentTurn = CallDetail['transcript'][number];

/** Audio is handed over shortly before its first packet leaves; the two clocks are read apart. */
const earlyMs = 30;

/**
 * A recorded turn as the packets tell it: from the caller's last voiced packet before the agent's first one, to that
 * one. Null when the agent sent nothing voiced from then on.
 */
function onTheWire(turn: AgentTurn, voiced: readonly CapturedPacket[], callerPort: number): WireTurn | null {
  const first = voiced.find(
    ({ targetPort, atMs }) => targetPort === callerPort && atMs >= turn.startedAtMs - earlyMs,
  );
  const last = voiced.findLast(
    ({ sourcePort, atMs }) => sourcePort === callerPort && atMs < (first?.atMs ?? 0),
  );
  return first && last ? { atMs: first.atMs, latencyMs: first.atMs - last.atMs } : null;
}

const voicedOf = (packets: readonly CapturedPacket[], callerPort: number): readonly CapturedPacket[] =>
  packets.filter(({ sourcePort, targetPort, payload }) => {
    if (sourcePort !== callerPort && targetPort !== callerPort) return false;
    const packet = parseRtp(payload);
    return packet?.payloadType === 0 && isVoiced(decodePcmu(packet.payload));
  });

/** Rings, asks until the turns are enough or the time is over, and hangs up. Resolves with the port of its RTP. */
async function askAway(options: {
  readonly target: string;
  readonly from: string;
  readonly voice: Caller['voice'];
  readonly wanted: () => boolean;
  readonly answered: () => void;
}): Promise<number> {
  const { call, endpoint } = await openListeningCall(options);
  let lastVoicedMs = 0;
  let over = false;
  endpoint.onHeard(({ atMs, voiced }) => {
    if (voiced) lastVoicedMs = atMs;
  });
  void call.ended.then(() => {
    over = true;
  });
  const heardOut = async (sinceMs: number): Promise<boolean> => {
    while (!over && (lastVoicedMs < sinceMs || nowMs() - lastVoicedMs < quietMs)) {
      if (lastVoicedMs < sinceMs && nowMs() - sinceMs > patienceMs) return false;
      await sleep(10);
    }
    return !over;
  };
  try {
    await heardOut(nowMs());
    for (let turn = 0; !over && options.wanted(); turn += 1) {
      const askedMs =
        (await endpoint.say(await options.voice.speak(questions[turn % questions.length] ?? ''))) ?? 0;
      if (await heardOut(askedMs)) options.answered();
    }
    await call.hangUp();
    return endpoint.port;
  } finally {
    call.vanish();
    await endpoint.stop();
  }
}

async function recordOf(api: EngineApi, from: string): Promise<CallDetail> {
  for (let tries = 0; tries < 100; tries += 1) {
    const row = (await api.calls()).find((one) => one.callerNumber === from && one.endedAtMs !== null);
    if (row) return api.call(row.id);
    await sleep(100);
  }
  throw new Error(`the call from ${from} has no record`);
}

describe.skipIf(missing)(`the recorded wait is that of the packets${missing}`, () => {
  const scene = new Scene();
  const pairs: { readonly wire: WireTurn; readonly turn: AgentTurn }[] = [];
  let unmatched = 0;

  beforeAll(async () => {
    const engine = await scene.engine();
    expect(engine.trouble).toBeNull();
    const { voice } = await scene.caller();
    for (const question of questions) await voice.speak(question);
    const capture = await startCapture(rtpFilter, keepBytes);
    const endMs = nowMs() + mostMs;
    let turns = 0;
    const callers = Array.from(
      { length: concurrentCalls },
      (_, index) => `${callerNumber.slice(0, -1)}${index}`,
    );
    const calls = callers.map((from) =>
      askAway({
        target: `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`,
        ...{ from, voice },
        wanted: () => turns < wantedTurns && nowMs() < endMs,
        answered: () => {
          turns += 1;
        },
      }).then((port) => ({ from, port })),
    );
    const ended = await Promise.all(calls);
    const packets = await capture.stop();
    for (const { from, port } of ended) {
      const { transcript } = await recordOf(engine.api, from);
      const voiced = voicedOf(packets, port);
      for (const turn of transcript) {
        if (turn.speaker !== 'agent' || typeof turn.latency?.totalMs !== 'number') continue;
        const wire = onTheWire(turn, voiced, port);
        if (wire) pairs.push({ wire, turn });
        else unmatched += 1;
      }
    }
  }, 300_000);

  afterAll(() => scene.end());

  it('within 20 ms for 19 turns of 20', () => {
    const apart = pairs.map(({ wire, turn }) => (turn.latency?.totalMs ?? Number.NaN) - wire.latencyMs);
    const off = apart.map(Math.abs);
    console.log(
      `${pairs.length} turns, ${unmatched} without a record; recorded less measured, ms: ` +
        `p50 ${percentile(apart, 50)}, |p50| ${percentile(off, 50)}, |p95| ${percentile(off, 95)}, most ${percentile(off, 100)}; ` +
        `wait p50 ${percentile(
          pairs.map(({ wire }) => wire.latencyMs),
          50,
        )}, p95 ${percentile(
          pairs.map(({ wire }) => wire.latencyMs),
          95,
        )}`,
    );
    expect(pairs.length).toBeGreaterThanOrEqual(wantedTurns * 0.6);
    expect(unmatched).toBe(0);
    const wrong = pairs.filter((_, index) => !((off[index] ?? Number.NaN) <= mostApartMs));
    // A host that stands still between the packet and its record makes one of them wrong.
    expect(
      wrong.length,
      JSON.stringify(wrong.map(({ wire, turn }) => ({ wire: Math.round(wire.latencyMs), ...turn.latency }))),
    ).toBeLessThanOrEqual(pairs.length / 20);
  });

  it('in stages that add up', () => {
    for (const { turn } of pairs) {
      const { totalMs, endOfTurnMs, understandingMs, ttsMs, outputMs } = turn.latency ?? {};
      const stages = [endOfTurnMs, understandingMs, ttsMs, outputMs].map((ms) => ms ?? Number.NaN);
      const sum = stages.reduce((all, ms) => all + ms, 0);
      // Each is rounded to a millisecond.
      expect(
        Math.abs(sum - (totalMs ?? Number.NaN)),
        `${turn.text}: ${JSON.stringify(turn.latency)}`,
      ).toBeLessThanOrEqual(2);
    }
  });
});

import { VoxboxError } from '../../foundation/index.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis, LineTrunk } from './model.ts';
import { type LineStage, observe } from './observe.ts';
import type { LineDoctorPorts } from './ports.ts';
import { type Ladder, ladderOf, ladderText } from './wire.ts';

export interface LineTestOptions {
  /** What to call: a user or number at the trunk, or a URI. The trunk's default, else `echo`. */
  readonly target?: string;
  /** Ask for a transfer too: some carriers then really transfer the test call to the target. */
  readonly refer?: boolean;
  readonly signal?: AbortSignal;
}

export interface LineReport extends Diagnosis {
  readonly id: string;
  readonly trunkId: string;
  readonly trunkName: string;
  /** URI that was called, null when it did not come so far. */
  readonly target: string | null;
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly ladder: Ladder;
  /** The same ladder for a terminal. */
  readonly ladderText: string;
}

export type LineProgress =
  | { readonly kind: 'step'; readonly stage: LineStage; readonly note: string; readonly afterMs: number }
  | { readonly kind: 'report'; readonly report: LineReport };

export interface LineDoctor {
  /**
   * Tests a trunk: steps as they are taken, then the report. Leaving the loop early ends the test.
   *
   * @throws VoxboxError `trunk_unknown`, `line_test_failed` while another test of that trunk runs,
   * `capacity_reached` without a free RTP port, `aborted`
   */
  test(trunkId: string, options?: LineTestOptions): AsyncGenerator<LineProgress, void, undefined>;
  /** Trunks under test at this moment. */
  running(): readonly string[];
  /**
   * True for a call that comes in while a test calls that number and shows the trunk's caller id: the test
   * call on its way back, to be echoed. Calls of other people on a trunk under test are not.
   */
  isOwnCall(call: { readonly calledNumber: string; readonly callerNumber: string | null }): boolean;
}

export function createLineDoctor(ports: LineDoctorPorts): LineDoctor {
  const running = new Map<string, { readonly target: string; readonly from: string }>();

  async function* test(
    trunkId: string,
    options: LineTestOptions = {},
  ): AsyncGenerator<LineProgress, void, undefined> {
    const trunk = ports.trunk(trunkId);
    if (!trunk) throw new VoxboxError('trunk_unknown', `there is no trunk ${trunkId}`);
    if (running.has(trunkId)) throw new VoxboxError('line_test_failed', `a test of ${trunk.name} is running`);
    const target = options.target ?? ports.defaultTarget?.(trunk) ?? '';
    running.set(trunkId, { target, from: trunk.callerId ?? trunk.authUsername ?? '' });
    ports.markUnderTest(trunkId, true);
    const leaving = new AbortController();
    try {
      yield* examine(ports, { trunk, options, leaving: leaving.signal });
    } finally {
      leaving.abort();
      running.delete(trunkId);
      ports.markUnderTest(trunkId, false);
    }
  }

  return {
    test,
    running: () => [...running.keys()],
    isOwnCall: ({ calledNumber, callerNumber }) =>
      [...running.values()].some(
        ({ target, from }) =>
          sameNumber(target, calledNumber) && callerNumber !== null && sameNumber(from, callerNumber),
      ),
  };
}

/** Carriers write numbers with and without country and plus: what stands at their end decides. */
const comparedDigits = 7;

function sameNumber(one: string, other: string): boolean {
  const [a, b] = [userOf(one), userOf(other)];
  const [ours, theirs] = [a.replaceAll(/\D/g, ''), b.replaceAll(/\D/g, '')];
  if (ours.length < comparedDigits || theirs.length < comparedDigits) return a !== '' && a === b;
  return ours.slice(-comparedDigits) === theirs.slice(-comparedDigits);
}

const userOf = (target: string): string => target.replace(/^sips?:/i, '').split(/[@;]/, 1)[0] ?? '';

async function* examine(
  ports: LineDoctorPorts,
  {
    trunk,
    options,
    leaving,
  }: { readonly trunk: LineTrunk; readonly options: LineTestOptions; readonly leaving: AbortSignal },
): AsyncGenerator<LineProgress, void, undefined> {
  const { clock, log } = ports;
  const startedAtMs = clock.nowMs();
  const sinceMs = clock.monotonicMs();
  const tookMs = (): number => Math.round(clock.monotonicMs() - sinceMs);
  const steps: LineProgress[] = [];
  let wake = (): void => {};
  const signal = options.signal ? AbortSignal.any([options.signal, leaving]) : leaving;
  const work = observe(ports, {
    trunk,
    target: options.target ?? null,
    refer: options.refer ?? false,
    signal,
    onStep: (stage, note) => {
      steps.push({ kind: 'step', stage, note, afterMs: tookMs() });
      wake();
    },
  }).catch((cause: unknown) => {
    if (!signal.aborted) throw cause;
    throw new VoxboxError('aborted', 'the line test was ended', { cause });
  });
  let over = false;
  const end = (): void => {
    over = true;
    wake();
  };
  work.then(end, end);
  while (!over || steps.length > 0) {
    for (let step = steps.shift(); step; step = steps.shift()) yield step;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (over || steps.length > 0) resolve();
    });
  }
  const { seen, traces } = await work;
  const diagnosis = diagnose(seen);
  const ladder = ladderOf(traces);
  log.info({ trunk: trunk.name, verdict: diagnosis.verdict, fault: diagnosis.headline.fault }, 'line tested');
  yield {
    kind: 'report',
    report: {
      ...diagnosis,
      id: ports.ids.uuid(),
      trunkId: trunk.id,
      trunkName: trunk.name,
      target: seen.target,
      startedAtMs,
      tookMs: tookMs(),
      ladder,
      ladderText: ladderText(ladder),
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAnswer,
  firstPlan,
  minPauseMs,
  type Plan,
  planNoMore,
  planNow,
  type RegistrarAnswer,
} from './plan.ts';

const nowMs = 1_700_000_000_000;
const unavailable: RegistrarAnswer = {
  kind: 'unavailable',
  status: 503,
  reason: 'Service Unavailable',
  retryAfterS: null,
};
const forbidden: RegistrarAnswer = { kind: 'refused', status: 403, reason: 'Forbidden' };
const pauseMs = (plan: Plan): number => (plan.nextTryAtMs ?? Number.NaN) - nowMs;

/** The pauses after so many answers of a kind, each at the same instant. */
function pauses(answer: RegistrarAnswer, random: number, count: number): number[] {
  let plan = firstPlan(600, nowMs);
  return Array.from({ length: count }, () => {
    plan = afterAnswer(plan, answer, { nowMs, random });
    return pauseMs(plan);
  });
}

const answers = fc.oneof(
  fc.record({ kind: fc.constant('granted' as const), status: fc.constant(200), expiresS: fc.integer() }),
  fc.record({ kind: fc.constant('too-brief' as const), status: fc.constant(423), minExpiresS: fc.integer() }),
  fc.record({ kind: fc.constant('refused' as const), status: fc.constant(403), reason: fc.string() }),
  fc.record({
    kind: fc.constant('unavailable' as const),
    status: fc.constantFrom(null, 503),
    reason: fc.string(),
    retryAfterS: fc.option(fc.nat()),
  }),
);

describe('the plan of a registration', () => {
  it('always has a next try, never sooner than a second, never later than it makes sense', () => {
    const step = fc.record({ answer: answers, random: fc.double({ min: 0, max: 0.999, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        let [plan, atMs] = [firstPlan(600, nowMs), nowMs];
        for (const { answer, random } of steps) {
          plan = afterAnswer(plan, answer, { nowMs: atMs, random });
          const next = plan.nextTryAtMs ?? Number.NaN;
          expect(next - atMs).toBeGreaterThanOrEqual(minPauseMs);
          if (answer.kind !== 'granted') expect(next - atMs).toBeLessThanOrEqual(3_960_000);
          else if (plan.status === 'registered')
            expect(next).toBeLessThanOrEqual(Math.max(plan.expiresAtMs ?? 0, atMs + 1000));
          expect(plan.sinceMs).toBeLessThanOrEqual(atMs);
          atMs = next;
        }
      }),
    );
  });

  it.each([
    [0, 480],
    [0.5, 510],
    [0.999, 540],
  ])('renews at 80 to 90 %% of what was granted (random %d)', (random, afterS) => {
    const plan = afterAnswer(
      firstPlan(3600, nowMs),
      { kind: 'granted', status: 200, expiresS: 600 },
      { nowMs, random },
    );
    expect(plan).toMatchObject({ status: 'registered', expiresAtMs: nowMs + 600_000, sipStatus: 200 });
    expect(pauseMs(plan) / 1000).toBeCloseTo(afterS, 0);
  });

  it.each([
    [5, 3],
    [3, 1],
    [1, 1],
  ])('renews a registration of %d s while two seconds of it are left, if it can', (expiresS, afterS) => {
    const granted = { kind: 'granted', status: 200, expiresS } as const;
    const plan = afterAnswer(firstPlan(3600, nowMs), granted, { nowMs, random: 0.999 });
    expect(pauseMs(plan)).toBe(afterS * 1000);
  });

  it('waits longer and longer for one that does not answer, from 2 s to 5 minutes', () => {
    expect(pauses(unavailable, 0.999_999, 10).map((ms) => Math.round(ms / 1000))).toEqual([
      2, 4, 8, 16, 32, 64, 128, 256, 300, 300,
    ]);
    expect(pauses(unavailable, 0, 4)).toEqual([2000, 2000, 4000, 8000]);
  });

  it('does not ask again soon where it is refused', () => {
    expect(pauses(forbidden, 0, 1)).toEqual([300_000]);
    expect(pauses(forbidden, 0.999_999, 8).at(-1)).toBeCloseTo(3_600_000, -2);
  });

  it('waits as long as Retry-After says, up to an hour', () => {
    expect(pauses({ ...unavailable, retryAfterS: 60 }, 0, 1)).toEqual([60_000]);
    expect(pauses({ ...unavailable, retryAfterS: 1e9 }, 0, 1)).toEqual([3_600_000]);
  });

  it('asks for what 423 wants, and gives in where the registrar contradicts itself', () => {
    const brief = (minExpiresS: number) => ({ kind: 'too-brief', status: 423, minExpiresS }) as const;
    const plan = afterAnswer(firstPlan(60, nowMs), brief(1800), { nowMs, random: 0 });
    expect(plan).toMatchObject({ askS: 1800, status: 'registering', nextTryAtMs: nowMs + 1000 });
    expect(afterAnswer(plan, brief(1800), { nowMs, random: 0 }).status).toBe('refused');
  });

  it('keeps saying until when it is registered while renewing fails, and no longer', () => {
    const registered = afterAnswer(
      firstPlan(60, nowMs),
      { kind: 'granted', status: 200, expiresS: 60 },
      { nowMs, random: 0 },
    );
    const failing = afterAnswer(registered, unavailable, { nowMs: nowMs + 50_000, random: 0 });
    expect(failing).toMatchObject({
      status: 'unreachable',
      sinceMs: nowMs + 50_000,
      expiresAtMs: nowMs + 60_000,
    });
    expect(afterAnswer(failing, unavailable, { nowMs: nowMs + 60_000, random: 0 }).expiresAtMs).toBeNull();
  });

  it('is over when it is stopped, whatever still arrives', () => {
    const stopped = planNoMore(firstPlan(60, nowMs), nowMs);
    expect(stopped).toMatchObject({ status: 'stopped', nextTryAtMs: null });
    expect(afterAnswer(stopped, forbidden, { nowMs, random: 0 })).toBe(stopped);
  });

  it('begins anew when a person asks for it', () => {
    const refused = afterAnswer(firstPlan(60, nowMs), forbidden, { nowMs, random: 0 });
    expect(planNow(refused, nowMs)).toMatchObject({ status: 'registering', nextTryAtMs: nowMs, failures: 0 });
  });
});

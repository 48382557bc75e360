import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CircuitBreaker, usualBreakerLimits } from './breaker.ts';

const { failures, withinMs, openMs } = usualBreakerLimits;

type Step = { readonly afterMs: number; readonly act: 'ask' | 'failed' | 'succeeded' | 'withdrawn' };

const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40_000 })),
    act: fc.constantFrom<Step['act']>('ask', 'ask', 'failed', 'failed', 'succeeded', 'withdrawn'),
  }),
  { maxLength: 60 },
);

/** What was done when, with what the breaker said. */
function run(plan: readonly Step[]) {
  const breaker = new CircuitBreaker();
  let nowMs = 0;
  return plan.map(({ afterMs, act }) => {
    nowMs += afterMs;
    const before = breaker.state(nowMs);
    const foreseen = breaker.admits(nowMs);
    let admitted: boolean | null = null;
    if (act === 'ask') admitted = breaker.admit(nowMs);
    else if (act === 'failed') breaker.failed(nowMs);
    else if (act === 'succeeded') breaker.succeeded();
    else breaker.withdrawn();
    return { nowMs, act, before, foreseen, admitted, after: breaker.state(nowMs) };
  });
}

it('lets everything through until three failures within half a minute, and nothing for 15 s after', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const log = run(plan);
      log.forEach(({ nowMs, act, before, admitted, foreseen, after }, at) => {
        if (act === 'ask') expect(admitted).toBe(foreseen);
        if (before === 'closed' && act === 'ask') expect(admitted).toBe(true);
        if (before === 'open' && act === 'ask') expect(admitted).toBe(false);
        if (act === 'succeeded') expect(after).toBe('closed');
        if (before === 'closed' && after === 'open') {
          const recent = log
            .slice(0, at + 1)
            .filter((step) => step.act === 'failed' && nowMs - step.nowMs < withinMs);
          expect(recent.length).toBeGreaterThanOrEqual(failures);
        }
        if (before === 'open' && act !== 'succeeded') expect(after).toBe('open');
      });
    }),
  );
});

it('lets one probe through when it is half-open, until that has a verdict or is lost', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const log = run(plan);
      log.forEach((probe, at) => {
        if (probe.before !== 'half-open' || probe.admitted !== true) return;
        for (const { act, nowMs, admitted } of log.slice(at + 1)) {
          if (act !== 'ask' || nowMs - probe.nowMs >= openMs) return;
          expect(admitted).toBe(false);
        }
      });
    }),
  );
});

it('opens again at the first failure of a probe, and asks anew after 15 s', () => {
  const breaker = new CircuitBreaker();
  for (const nowMs of [0, 10_000, 29_999]) breaker.failed(nowMs);
  expect(breaker.admit(29_999 + openMs - 1)).toBe(false);
  expect(breaker.admit(29_999 + openMs)).toBe(true);
  breaker.failed(50_000);
  expect(breaker.state(50_000)).toBe('open');
  expect(breaker.admit(65_000)).toBe(true);
  breaker.succeeded();
  expect(breaker.state(65_000)).toBe('closed');
});

it('forgets failures that lie half a minute back', () => {
  const breaker = new CircuitBreaker();
  for (const nowMs of [0, 10_000, 30_000, 45_000]) breaker.failed(nowMs);
  expect(breaker.state(45_000)).toBe('closed');
});

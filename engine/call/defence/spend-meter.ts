import type { Clock, Log } from '../../foundation/index.ts';
import type { Outbound } from '../../store/index.ts';
import { hasMinuteLeft } from './outbound-gate.ts';

/** What one outgoing call costs while it goes on. */
export interface MeteredCall {
  /** From now on it is paid for. @param onSpent told when there is no money for the next minute */
  answered(onSpent: () => void): void;
  /** Nobody pays for a call that was not answered. Idempotent. */
  end(): void;
}

const minuteMs = 60_000;
/** A minute is paid for before it begins: hanging up takes a moment. */
const leadMs = 2000;
/** Longer calls have been forgotten by everybody. */
const longestMinutes = 240;

/**
 * Writes the first minute down before the call rings and each further one before it begins. So calls that go
 * on together never spend more than the tenant's money of the day, a lower limit holds at once, and what was
 * begun counts even if the engine dies.
 */
export function meterCall(
  { tenantId, number }: { readonly tenantId: string; readonly number: string },
  { outbound, clock, log }: { readonly outbound: Outbound; readonly clock: Clock; readonly log: Log },
): MeteredCall {
  const { pricePerMinuteMinor } = outbound.policy(tenantId);
  const costOf = (minutes: number) => ({ minutes, costMinor: minutes * pricePerMinuteMinor });
  const id = outbound.record({ tenantId, number, startedAtMs: clock.nowMs(), ...costOf(1) });
  let answeredAtMs: number | null = null;
  let paid = 1;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const payNext = (): boolean => {
    const used = outbound.used(tenantId, clock.nowMs());
    const { spendPerDayMinor } = outbound.policy(tenantId);
    if (paid >= longestMinutes || !hasMinuteLeft({ spendPerDayMinor, pricePerMinuteMinor }, used))
      return false;
    paid += 1;
    outbound.reckon(id, costOf(paid));
    return true;
  };
  return {
    answered(onSpent) {
      const sinceMs = clock.monotonicMs();
      answeredAtMs = sinceMs;
      const wait = (): void => {
        const paidUntilMs = sinceMs + paid * minuteMs;
        timer = setTimeout(goOn, paidUntilMs - leadMs - clock.monotonicMs()).unref();
      };
      const goOn = (): void => {
        let isPaid = false;
        try {
          isPaid = payNext();
        } catch (error) {
          log.error({ err: error }, 'a minute of an outgoing call could not be written down, so it ends');
        }
        if (isPaid) wait();
        else onSpent();
      };
      wait();
    },
    end() {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      const took = answeredAtMs === null ? 0 : clock.monotonicMs() - answeredAtMs;
      const minutes = answeredAtMs === null ? 0 : Math.max(1, Math.ceil(took / minuteMs));
      try {
        outbound.settle(id, costOf(minutes));
      } catch (error) {
        log.error({ err: error }, 'what an outgoing call cost could not be written down');
      }
    },
  };
}

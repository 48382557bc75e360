import type { RegistrationState } from './model.ts';

/** What one attempt to register came to. */
export type RegistrarAnswer =
  | { readonly kind: 'granted'; readonly status: number; readonly expiresS: number }
  /** 423: `minExpiresS` is the least that the registrar gives. */
  | { readonly kind: 'too-brief'; readonly status: number; readonly minExpiresS: number }
  /** Trying again soon cannot help: wrong password, unknown user, not allowed. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** No answer (status null), or one that says "not now". */
  | {
      readonly kind: 'unavailable';
      readonly status: number | null;
      readonly reason: string;
      readonly retryAfterS: number | null;
    };

/** Where a registration stands, and what comes next. */
export interface Plan
  extends Pick<
    RegistrationState,
    'status' | 'sinceMs' | 'expiresAtMs' | 'nextTryAtMs' | 'sipStatus' | 'reason'
  > {
  /** What the next REGISTER asks for. */
  readonly askS: number;
  /** In a row, of either kind. */
  readonly failures: number;
}

const second = 1000;
/** Never sooner, whatever a registrar says. */
export const minPauseMs = second;
const retry = { firstMs: 2 * second, capMs: 5 * 60 * second };
/** For a refusal: a person has to change something, and a registrar that is asked too often bans. */
const refusalRetry = { firstMs: 5 * 60 * second, capMs: 60 * 60 * second };
/**
 * The least that is left of a registration when it is renewed: registrars count in whole seconds, and the renewal takes
 * its time. Without it one of a few seconds lapses for a moment now and then, and a call in that moment gets a 404.
 */
const renewalMs = 2 * second;
const maxRetryAfterS = 60 * 60;
const maxAskS = 24 * 60 * 60;

export const firstPlan = (askS: number, nowMs: number): Plan => ({
  status: 'registering',
  sinceMs: nowMs,
  expiresAtMs: null,
  nextTryAtMs: nowMs,
  sipStatus: null,
  reason: null,
  askS,
  failures: 0,
});

/** What follows from an answer. `random`: 0 ≤ x < 1. */
export function afterAnswer(
  plan: Plan,
  answer: RegistrarAnswer,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): Plan {
  if (plan.status === 'stopped') return plan;
  const next = (change: Pick<Plan, 'status'> & Partial<Plan>, pauseMs: number): Plan => ({
    ...plan,
    sinceMs: change.status === plan.status ? plan.sinceMs : nowMs,
    expiresAtMs: plan.expiresAtMs !== null && plan.expiresAtMs > nowMs ? plan.expiresAtMs : null,
    sipStatus: answer.status,
    reason: 'reason' in answer ? answer.reason : null,
    nextTryAtMs: nowMs + Math.max(minPauseMs, Math.round(pauseMs)),
    ...change,
  });
  const failures = plan.failures + 1;
  const backOff = (times: { readonly firstMs: number; readonly capMs: number }): number => {
    const fullMs = Math.min(times.capMs, times.firstMs * 2 ** Math.min(failures - 1, 20));
    return Math.max(times.firstMs, fullMs * (0.5 + random / 2));
  };
  switch (answer.kind) {
    case 'granted': {
      if (!(answer.expiresS > 0)) {
        return next({ status: 'unreachable', failures, reason: 'nothing granted' }, backOff(retry));
      }
      const grantedMs = answer.expiresS * second;
      const change = { status: 'registered', failures: 0, expiresAtMs: nowMs + grantedMs } as const;
      return next(change, Math.min(grantedMs * (0.8 + random / 10), grantedMs - renewalMs));
    }
    case 'too-brief': {
      const { minExpiresS } = answer;
      // Asked for that much already: the registrar does not mean what it says.
      if (!(minExpiresS > plan.askS) || minExpiresS > maxAskS) {
        return next({ status: 'refused', failures, reason: 'no interval suits' }, backOff(refusalRetry));
      }
      return next({ status: plan.status, askS: minExpiresS }, minPauseMs);
    }
    case 'refused':
      return next({ status: 'refused', failures }, backOff(refusalRetry));
    case 'unavailable': {
      const waitMs = Math.min(answer.retryAfterS ?? 0, maxRetryAfterS) * second;
      // A little later than told, so that not all come back in the same second.
      return next({ status: 'unreachable', failures }, Math.max(backOff(retry), waitMs * (1 + random / 10)));
    }
  }
}

/** `refresh`: now, and with hope. */
export const planNow = (plan: Plan, nowMs: number): Plan => ({
  ...plan,
  ...(plan.status === 'registered' ? {} : { status: 'registering', sinceMs: nowMs }),
  failures: 0,
  nextTryAtMs: nowMs,
});

export const planNoMore = (plan: Plan, nowMs: number): Plan => ({
  ...plan,
  status: 'stopped',
  sinceMs: nowMs,
  expiresAtMs: null,
  nextTryAtMs: null,
});

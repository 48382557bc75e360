import type { LineCheck, LineFault, Observations } from './model.ts';

type NamedFault = Exclude<LineFault, 'all-well' | 'not-fully-tested'>;

/** What one check says: it passed (with a note), or it found a fault with its evidence. */
export type CheckVerdict =
  | { readonly state: 'passed' | 'skipped' | 'unknown'; readonly note: string }
  | {
      readonly state: 'failed' | 'warned';
      readonly fault: NamedFault;
      readonly evidence: readonly string[];
    };

export const passed = (note: string): CheckVerdict => ({ state: 'passed', note });
export const skipped = (note: string): CheckVerdict => ({ state: 'skipped', note });
export const unknown = (note: string): CheckVerdict => ({ state: 'unknown', note });
export const failed = (fault: NamedFault, ...evidence: string[]): CheckVerdict => ({
  state: 'failed',
  fault,
  evidence,
});
export const warned = (fault: NamedFault, ...evidence: string[]): CheckVerdict => ({
  state: 'warned',
  fault,
  evidence,
});

/** Of other targets it is not known whether they send back what they hear. */
export const isEchoTarget = (target: string | null): boolean => /^sips?:echo@/i.test(target ?? '');

export interface CheckRule {
  /** A failure of one of these explains everything that this check could find. */
  readonly after: readonly LineCheck[];
  readonly judge: (seen: Observations) => CheckVerdict;
}

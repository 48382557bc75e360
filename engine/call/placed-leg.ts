import type { LineLeg } from './line-leg.ts';
import type { CallWorker } from './worker-client.ts';

/** Whom a leg is placed to. */
export type LegTarget =
  | { readonly kind: 'phone'; readonly username: string }
  /** As it was asked for; the rules for outgoing calls make E.164 of it. */
  | { readonly kind: 'number'; readonly number: string };

/** A leg that was answered: media runs, and its end is told. */
export interface PlacedLeg {
  readonly leg: LineLeg;
  /** Who is at its other end. */
  readonly target: LegTarget;
  /** Whether that side may have the call put through by REFER. */
  readonly mayRefer: boolean;
  /** Settles when the other side hangs up. */
  readonly gone: Promise<void>;
  /** Hangs up, gives the port back and settles what the call cost. Idempotent, never rejects. */
  release(): Promise<void>;
}

/** @param parts `gone`: settles when the other side hangs up; then the leg is given back by itself */
export function placedLeg(
  parts: Omit<PlacedLeg, 'release'> & { readonly worker: Pick<CallWorker, 'request'> },
): PlacedLeg {
  const { leg, target, mayRefer, gone, worker } = parts;
  let released: Promise<void> | null = null;
  const release = (): Promise<void> => {
    // Ports do not wait for the answer to a BYE.
    void leg.hangUp();
    // By then it may belong to another call than the one it was placed for.
    released ??= worker.request({ kind: 'stop-leg', callId: leg.callId, leg: leg.id }).then(
      () => {},
      () => {},
    );
    return released;
  };
  void gone.then(release);
  return { leg, target, mayRefer, gone, release };
}

import type { LegStatistics } from '../media/index.ts';
import type { CallQuality, LegQuality } from '../store/index.ts';
import { type CallStatistics, callerLeg } from './messages.ts';

const legQuality = (leg: string, statistics: LegStatistics): LegQuality => ({
  leg,
  codec: statistics.codec,
  srtp: statistics.srtp,
  packetsReceived: statistics.packetsReceived,
  packetsLost: statistics.packetsLost,
  lossFraction: statistics.lossFraction,
  jitterMs: statistics.jitterMs,
  roundTripMs: statistics.roundTripMs,
  // An estimate of nothing would look like a measurement.
  mos: statistics.packetsReceived === 0 ? null : statistics.mos,
  remoteLossFraction: statistics.remoteLossFraction,
});

/** Each leg's figures, the caller's first. */
export const legQualities = (legs: CallStatistics): readonly LegQuality[] =>
  Object.entries(legs)
    .map(([leg, statistics]) => legQuality(leg, statistics))
    .sort((a, b) => Number(b.leg === callerLeg) - Number(a.leg === callerLeg));

/** How a call sounded: the caller's leg, and all legs; null where the caller's never was. */
export function callQuality(legs: CallStatistics): CallQuality | null {
  const all = legQualities(legs);
  const caller = all.find(({ leg }) => leg === callerLeg);
  if (!caller) return null;
  const { leg: _, ...figures } = caller;
  return { ...figures, legs: all };
}

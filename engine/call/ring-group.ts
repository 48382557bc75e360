import { firstAnswer } from './first-answer.ts';
import type { OutboundParts, PlaceRequest } from './outbound-leg.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { type Callees, ringsOf } from './transfer-target.ts';

/**
 * Rings a person, or all members of a ring group at once or in turn; the first who answers has the call, the
 * others stop ringing. No leg is left over, whoever answers when.
 *
 * @throws VoxboxError as `placeLeg`
 */
export const ringCallees = (
  callees: Callees,
  request: Omit<PlaceRequest, 'target' | 'ringMs'>,
  parts: OutboundParts,
): Promise<PlacedLeg> => {
  const { strategy, ringMs } = callees;
  const options = { strategy, ringMs, signal: request.signal } as const;
  return firstAnswer(ringsOf(callees, request, parts), {
    ...options,
    release: (placed: PlacedLeg) => placed.release(),
  });
};

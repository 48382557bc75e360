import { VoxboxError } from '../foundation/index.ts';
import type { Box, RingGroup, Tenant } from '../store/index.ts';
import type { FirstAnswerOptions, RingOne } from './first-answer.ts';
import { type OutboundParts, type PlaceRequest, placeLeg } from './outbound-leg.ts';
import type { LegTarget, PlacedLeg } from './placed-leg.ts';

/** Whom a call is to be connected with. */
export type ConnectTo =
  | { readonly kind: 'target'; readonly id: string }
  | { readonly kind: 'phone'; readonly username: string }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'ring-group'; readonly id: string };

/** One or several legs that are rung for one person. */
export interface Callees {
  /** As it is spoken: "Dr. Lee". Null where nobody has given it a name. */
  readonly name: string | null;
  /** As it is kept in the record. */
  readonly label: string;
  readonly legs: readonly LegTarget[];
  readonly strategy: FirstAnswerOptions<never>['strategy'];
  readonly ringMs: number;
}

export const usualRingMs = 25_000;

/**
 * Finds whom to ring, within what belongs to the tenant.
 *
 * @throws VoxboxError `transfer_target_unknown`
 */
export function calleesOf(to: ConnectTo, { box, tenant }: { box: Box; tenant: Tenant }): Callees {
  switch (to.kind) {
    case 'target': {
      const target = box.transferTargets.find(to.id);
      if (target?.tenantId !== tenant.id) throw unknown(to.id);
      return { ...calleesOf(targetOf(target), { box, tenant }), name: target.name };
    }
    case 'phone': {
      const phone = box.phones.findByUsername(to.username);
      if (phone?.tenantId !== tenant.id) throw unknown(to.username);
      return one({ kind: 'phone', username: phone.username }, phone.label);
    }
    case 'number':
      return one({ kind: 'number', number: to.number }, to.number);
    case 'ring-group': {
      const group = box.ringGroups.find(to.id);
      if (group?.tenantId !== tenant.id) throw unknown(to.id);
      // A name that another tenant has given to a phone since is not theirs to ring.
      const members = group.members.filter((member) => {
        const phone = box.phones.findByUsername(member);
        return phone === null || phone.tenantId === tenant.id;
      });
      if (members.length === 0) throw unknown(group.name);
      return groupOf({ ...group, members });
    }
  }
}

const one = (leg: LegTarget, label: string): Callees => ({
  name: null,
  label,
  legs: [leg],
  strategy: 'all',
  ringMs: usualRingMs,
});

const groupOf = (group: RingGroup): Callees => ({
  name: group.name,
  label: group.name,
  legs: group.members.map(
    (member): LegTarget =>
      /^\+\d+$/.test(member) ? { kind: 'number', number: member } : { kind: 'phone', username: member },
  ),
  strategy: group.strategy,
  ringMs: group.ringS * 1000,
});

const targetOf = (target: {
  readonly kind: 'phone' | 'number' | 'ring-group';
  readonly target: string;
}): ConnectTo => {
  if (target.kind === 'phone') return { kind: 'phone', username: target.target };
  return target.kind === 'number'
    ? { kind: 'number', number: target.target }
    : { kind: 'ring-group', id: target.target };
};

/** What `firstAnswer` rings for these people. */
export const ringsOf = (
  callees: Callees,
  request: Omit<PlaceRequest, 'target' | 'signal' | 'ringMs'>,
  parts: OutboundParts,
): readonly RingOne<PlacedLeg>[] =>
  callees.legs.map(
    (target) => (signal) => placeLeg({ ...request, target, signal, ringMs: callees.ringMs }, parts),
  );

const unknown = (what: string): VoxboxError =>
  new VoxboxError('transfer_target_unknown', `nobody can be reached as ${what}`);

import { z } from 'zod';
import {
  banModel,
  closedPolicyModel,
  defenceFiguresModel,
  lineStatusModel,
  newPhoneModel,
  newRingGroupModel,
  newTransferTargetModel,
  newTrunkModel,
  outboundPolicyModel,
  outboundUseModel,
  overflowPolicyModel,
  phoneAccountModel,
  phoneLineModel,
  phoneModel,
  ringGroupChangeModel,
  ringGroupModel,
  transferTargetChangeModel,
  transferTargetModel,
  trunkChangeModel,
  trunkModel,
  trunkPresetModel,
} from './line-models.ts';
import { paths } from './paths.ts';

const nothing = z.strictObject({});
const ofTenant = z.strictObject({ tenant: z.string().min(1).max(64).optional() });
const removed = z.object({ removed: z.literal(true) });
const trunk = z.object({ trunk: trunkModel });
const ringGroup = z.object({ ringGroup: ringGroupModel });
const transferTarget = z.object({ transferTarget: transferTargetModel });
const outbound = z.object({ policy: outboundPolicyModel, used: outboundUseModel });
const overflow = z.object({ policy: overflowPolicyModel });
const closed = z.object({ policy: closedPolicyModel });

const get = <N extends keyof typeof paths, Q extends z.ZodType, A extends z.ZodType>(
  name: N,
  query: Q,
  answer: A,
) => ({ verb: 'GET', path: paths[name], query, answer }) as const;

const write = <
  N extends keyof typeof paths,
  V extends 'POST' | 'PATCH' | 'PUT',
  B extends z.ZodType,
  A extends z.ZodType,
>(
  name: N,
  verb: V,
  { body, answer }: { readonly body: B; readonly answer: A },
) => ({ verb, path: paths[name], query: nothing, body, answer }) as const;

const remove = <N extends keyof typeof paths>(name: N) =>
  ({ verb: 'DELETE', path: paths[name], query: nothing, answer: removed }) as const;

/** Lists are of every tenant when none is named. */
export const lineMethods = {
  'trunk.list': get('trunk.list', nothing, z.object({ trunks: z.array(trunkModel) })),
  'trunk.read': get('trunk.read', nothing, trunk),
  'trunk.presets': get('trunk.presets', nothing, z.object({ presets: z.array(trunkPresetModel) })),
  'trunk.create': write('trunk.create', 'POST', { body: newTrunkModel, answer: trunk }),
  'trunk.change': write('trunk.change', 'PATCH', { body: trunkChangeModel, answer: trunk }),
  'trunk.remove': remove('trunk.remove'),

  /** How trunks are, in the order in which they are tried, and where phones are signed in. */
  'line.list': get(
    'line.list',
    nothing,
    z.object({ lines: z.array(lineStatusModel), phones: z.array(phoneLineModel) }),
  ),

  'phone.list': get('phone.list', ofTenant, z.object({ phones: z.array(phoneModel) })),
  'phone.create': write('phone.create', 'POST', {
    body: newPhoneModel,
    answer: z.object({ phone: phoneModel, account: phoneAccountModel }),
  }),
  'phone.remove': remove('phone.remove'),

  'ringGroup.list': get('ringGroup.list', ofTenant, z.object({ ringGroups: z.array(ringGroupModel) })),
  'ringGroup.create': write('ringGroup.create', 'POST', { body: newRingGroupModel, answer: ringGroup }),
  'ringGroup.change': write('ringGroup.change', 'PATCH', { body: ringGroupChangeModel, answer: ringGroup }),
  'ringGroup.remove': remove('ringGroup.remove'),

  'transferTarget.list': get(
    'transferTarget.list',
    ofTenant,
    z.object({ transferTargets: z.array(transferTargetModel) }),
  ),
  'transferTarget.create': write('transferTarget.create', 'POST', {
    body: newTransferTargetModel,
    answer: transferTarget,
  }),
  'transferTarget.change': write('transferTarget.change', 'PATCH', {
    body: transferTargetChangeModel,
    answer: transferTarget,
  }),
  'transferTarget.remove': remove('transferTarget.remove'),

  'ban.list': get('ban.list', nothing, z.object({ bans: z.array(banModel) })),
  'ban.lift': remove('ban.lift'),
  /** Bans in force, those included that could not be stored; no figures where no engine keeps any. */
  'defence.read': get(
    'defence.read',
    nothing,
    z.object({ bans: z.array(banModel), figures: defenceFiguresModel.nullable() }),
  ),

  /** `:id` is the tenant's. */
  'outbound.read': get('outbound.read', nothing, outbound),
  'outbound.set': write('outbound.set', 'PUT', { body: outboundPolicyModel, answer: outbound }),
  'overflow.read': get('overflow.read', nothing, overflow),
  'overflow.set': write('overflow.set', 'PUT', { body: overflowPolicyModel, answer: overflow }),
  'closed.read': get('closed.read', nothing, closed),
  'closed.set': write('closed.set', 'PUT', { body: closedPolicyModel, answer: closed }),
} as const;

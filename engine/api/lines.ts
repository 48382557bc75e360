import { randomBytes, randomInt } from 'node:crypto';
import { findPreset, listPresets, sourceKey, trunkFromPreset } from '../call/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { ha1Of, sipRealm } from '../sip/index.ts';
import type { Box, NewTrunk, Phone as StoredPhone, Trunk as StoredTrunk } from '../store/index.ts';
import type {
  Ban,
  ClosedPolicy,
  NewPhoneRequest,
  NewRingGroupRequest,
  NewTransferTargetRequest,
  NewTrunkRequest,
  OutboundPolicy,
  OutboundUse,
  OverflowPolicy,
  Phone,
  PhoneAccount,
  RingGroup,
  RingGroupChangeRequest,
  TransferTarget,
  TransferTargetChangeRequest,
  Trunk,
  TrunkChangeRequest,
  TrunkPreset,
} from './contract/index.ts';

interface Removed {
  readonly removed: true;
}

/**
 * Trunks, phones and who is put through where, in the nouns of the contract. What names something that is
 * not there throws VoxboxError `not_found`, `trunk_unknown` or `tenant_unknown`; a wrong value `input_invalid`.
 */
export interface Lines {
  trunks(): { trunks: Trunk[] };
  trunk(id: string): { trunk: Trunk };
  presets(): { presets: TrunkPreset[] };
  createTrunk(request: NewTrunkRequest): { trunk: Trunk };
  changeTrunk(id: string, request: TrunkChangeRequest): { trunk: Trunk };
  removeTrunk(id: string): Removed;
  phones(tenantId?: string): { phones: Phone[] };
  createPhone(request: NewPhoneRequest): { phone: Phone; account: PhoneAccount };
  removePhone(id: string): Removed;
  ringGroups(tenantId?: string): { ringGroups: RingGroup[] };
  createRingGroup(request: NewRingGroupRequest): { ringGroup: RingGroup };
  changeRingGroup(id: string, request: RingGroupChangeRequest): { ringGroup: RingGroup };
  removeRingGroup(id: string): Removed;
  transferTargets(tenantId?: string): { transferTargets: TransferTarget[] };
  createTransferTarget(request: NewTransferTargetRequest): { transferTarget: TransferTarget };
  changeTransferTarget(id: string, request: TransferTargetChangeRequest): { transferTarget: TransferTarget };
  removeTransferTarget(id: string): Removed;
  bans(): { bans: Ban[] };
  /** Of an IPv6 address its whole /64 was shut out, and is heard again. */
  liftBan(address: string): Removed;
  outbound(tenantId: string): { policy: OutboundPolicy; used: OutboundUse };
  setOutbound(tenantId: string, policy: OutboundPolicy): { policy: OutboundPolicy; used: OutboundUse };
  overflow(tenantId: string): { policy: OverflowPolicy };
  setOverflow(tenantId: string, policy: OverflowPolicy): { policy: OverflowPolicy };
  closed(tenantId: string): { policy: ClosedPolicy };
  setClosed(tenantId: string, policy: ClosedPolicy): { policy: ClosedPolicy };
}

export interface LineParts {
  readonly box: Box;
  readonly nowMs: () => number;
  /** Where phones sign in; null while nothing listens. */
  readonly sipPort: () => number | null;
}

export function createLines({ box, nowMs, sipPort }: LineParts): Lines {
  const known = (tenantId: string): string => {
    if (!box.tenants.find(tenantId)) {
      throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
    }
    return tenantId;
  };
  const some = (tenantId: string | undefined): string | undefined =>
    tenantId === undefined ? undefined : known(tenantId);
  const outbound = (tenantId: string) => ({
    policy: box.outbound.policy(known(tenantId)),
    used: box.outbound.used(tenantId, nowMs()),
  });
  const done = (work: () => void): Removed => {
    work();
    return { removed: true };
  };

  return {
    trunks: () => ({ trunks: box.trunks.list().map(trunkAnswer) }),
    trunk(id) {
      const trunk = box.trunks.get(id);
      if (!trunk) throw new VoxboxError('trunk_unknown', `there is no trunk ${id}`);
      return { trunk: trunkAnswer(trunk) };
    },
    presets: () => ({ presets: listPresets().map((preset) => ({ ...preset })) }),
    createTrunk: (request) => ({ trunk: trunkAnswer(box.trunks.add(newTrunk(request))) }),
    changeTrunk: (id, request) => ({ trunk: trunkAnswer(box.trunks.change(id, request)) }),
    removeTrunk: (id) => done(() => box.trunks.remove(id)),
    phones: (tenantId) => ({
      phones: box.phones.list(some(tenantId)).map((phone) => phoneAnswer(phone, box, nowMs())),
    }),
    createPhone: (request) => createPhone(request, { box, nowMs, sipPort }),
    removePhone: (id) => done(() => box.phones.remove(id)),
    ringGroups: (tenantId) => ({ ringGroups: box.ringGroups.list(some(tenantId)) }),
    createRingGroup: (request) => ({ ringGroup: box.ringGroups.add(request) }),
    changeRingGroup: (id, request) => ({ ringGroup: box.ringGroups.change(id, request) }),
    removeRingGroup: (id) => done(() => box.ringGroups.remove(id)),
    transferTargets: (tenantId) => ({ transferTargets: box.transferTargets.list(some(tenantId)) }),
    createTransferTarget: (request) => ({ transferTarget: box.transferTargets.add(request) }),
    changeTransferTarget: (id, request) => ({ transferTarget: box.transferTargets.change(id, request) }),
    removeTransferTarget: (id) => done(() => box.transferTargets.remove(id)),
    bans: () => ({ bans: box.bans.list() }),
    liftBan: (address) => done(() => box.bans.lift(sourceKey(address))),
    outbound,
    setOutbound(tenantId, policy) {
      box.outbound.setPolicy(tenantId, policy);
      return outbound(tenantId);
    },
    overflow: (tenantId) => ({ policy: box.overflow.get(known(tenantId)) }),
    setOverflow: (tenantId, policy) => ({ policy: box.overflow.set(tenantId, policy) }),
    closed: (tenantId) => ({ policy: box.closed.get(known(tenantId)) }),
    setClosed: (tenantId, policy) => ({ policy: box.closed.set(tenantId, policy) }),
  };
}

/** What is stored of a password never leaves the box. */
export const trunkAnswer = ({ ha1: _, ...trunk }: StoredTrunk): Trunk => trunk;

const phoneAnswer = ({ ha1: _, ...phone }: StoredPhone, box: Box, nowMs: number): Phone => ({
  ...phone,
  registered: box.phones.bindings
    .load()
    .some((binding) => binding.aor === phone.username && binding.expiresAtMs > nowMs),
});

export function newTrunk(request: NewTrunkRequest): NewTrunk {
  if ('preset' in request) {
    const { preset, name, ...given } = request;
    return trunkFromPreset(findPreset(preset), name, given);
  }
  if ('address' in request) return { kind: 'address', ...request };
  const { name, username, password } = request;
  return { kind: 'digest', name, username, ha1: ha1Of(username, password) };
}

function createPhone(
  request: NewPhoneRequest,
  { box, nowMs, sipPort }: LineParts,
): { phone: Phone; account: PhoneAccount } {
  const { tenantId, label } = request;
  const extension = request.extension ?? freeExtension(box, tenantId);
  const username =
    request.username ??
    `phone-${extension}-${randomInt(36 ** 4)
      .toString(36)
      .padStart(4, '0')}`;
  const password = request.password ?? randomBytes(15).toString('base64url');
  const phone = box.phones.add({ tenantId, username, ha1: ha1Of(username, password), label, extension });
  return {
    phone: phoneAnswer(phone, box, nowMs()),
    account: { username, password, realm: sipRealm, port: sipPort() },
  };
}

function freeExtension(box: Box, tenantId: string): string {
  const taken = new Set(box.phones.list(tenantId).map((phone) => phone.extension));
  for (let extension = 101; extension < 10_000; extension += 1) {
    if (!taken.has(String(extension))) return String(extension);
  }
  throw new VoxboxError('input_invalid', 'extension: all are taken');
}

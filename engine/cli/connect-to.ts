import type { ConnectTo } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Box, TransferTarget } from '../store/index.ts';
import { chosenTenants } from './data.ts';

/**
 * Whom somebody means by what they typed: a number with +, else a transfer target, a phone or a ring group
 * of the tenant whose call it is. A transfer target goes before the others: it is what callers ask for.
 *
 * @throws VoxboxError `not_found` for the call, `transfer_target_unknown`, `input_invalid` where it may mean several
 */
export function connectTo(box: Box, { callId, typed }: { callId: string; typed: string }): ConnectTo {
  if (typed.startsWith('+')) return { kind: 'number', number: typed.replaceAll(/[\s().-]/g, '') };
  const tenantId = tenantOf(box, callId);
  const name = typed.toLowerCase();
  const targets = box.transferTargets.list(tenantId).filter((target) => namesOf(target).includes(name));
  const target = onlyOne(targets, typed);
  if (target) return { kind: 'target', id: target.id };
  const phones = box.phones
    .list(tenantId)
    .filter(({ username, extension }) => username.toLowerCase() === name || extension === typed);
  const phone = onlyOne(phones, typed);
  if (phone) return { kind: 'phone', username: phone.username };
  const groups = box.ringGroups
    .list(tenantId)
    .filter((group) => group.id === typed || group.name.toLowerCase() === name);
  const group = onlyOne(groups, typed);
  if (group) return { kind: 'ring-group', id: group.id };
  throw new VoxboxError('transfer_target_unknown', `nobody can be reached as "${typed}".`);
}

function tenantOf(box: Box, callId: string): string {
  const found = chosenTenants(box, undefined).find(({ store }) => store.calls.find(callId));
  if (!found) throw new VoxboxError('not_found', `there is no call ${callId}.`);
  return found.tenant.id;
}

const namesOf = ({ id, name, aliases }: TransferTarget): readonly string[] =>
  [id, name, ...aliases].map((one) => one.toLowerCase());

function onlyOne<T>([first, ...others]: readonly T[], typed: string): T | null {
  if (others.length > 0) throw new VoxboxError('input_invalid', `"${typed}" may mean several; give the id.`);
  return first ?? null;
}

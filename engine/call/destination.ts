import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { VoxboxError } from '../foundation/index.ts';
import type { Box, Tenant } from '../store/index.ts';
import { homeCountryOf, ownNumber, permitNumber } from './outbound-leg.ts';
import { type Callees, type ConnectTo, calleesOf } from './transfer-target.ts';

/** Separators and case do not matter in a name that is dialled: `front-desk` is "Front desk". */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * Whom a person of the tenant means by what they dial, or put a caller through to: an extension, the user
 * name of a phone, a ring group, a transfer target, or a number. Whether a number may be called is another
 * question.
 *
 * @param dialled user of a SIP URI, or a number
 * @returns null where nobody is meant
 */
export function destinationOf(
  dialled: string,
  { box, tenant }: { readonly box: Box; readonly tenant: Tenant },
): ConnectTo | null {
  if (dialled === '') return null;
  const phones = box.phones.list(tenant.id);
  const phone =
    phones.find(({ extension }) => extension === dialled) ??
    phones.find(({ username }) => username === dialled);
  if (phone) return { kind: 'phone', username: phone.username };
  const name = plain(dialled);
  const groups = box.ringGroups.list(tenant.id);
  const group = groups.find(({ id }) => id === dialled) ?? groups.find((each) => plain(each.name) === name);
  if (group) return { kind: 'ring-group', id: group.id };
  const number = numberOf(dialled, { box, tenant });
  const target = box.transferTargets
    .list(tenant.id)
    .find((each) =>
      each.kind === 'number' && number !== null
        ? each.target === number
        : [each.name, ...each.aliases].some((spoken) => plain(spoken) === name),
    );
  if (target) return { kind: 'target', id: target.id };
  return number === null ? null : { kind: 'number', number };
}

/**
 * Whom to ring for what is dialled, or named in a REFER; a number outside is asked about at once, so that
 * nobody hears of a call that cannot be.
 *
 * @throws VoxboxError `transfer_target_unknown`, `outbound_not_allowed`, `outbound_limit_reached`
 */
export function calleesNamed(
  dialled: string,
  { box, tenant, nowMs }: { readonly box: Box; readonly tenant: Tenant; readonly nowMs: number },
): { readonly to: ConnectTo; readonly callees: Callees } {
  const to = destinationOf(dialled, { box, tenant });
  if (!to) throw new VoxboxError('transfer_target_unknown', `nobody can be reached as ${dialled}`);
  const callees = calleesOf(to, { box, tenant });
  const [only, ...more] = callees.legs;
  if (only?.kind === 'number' && more.length === 0) permitNumber(only.number, { box, tenant, nowMs });
  return { to, callees };
}

/** E.164 of what is dialled, with +, or in the digits of the tenant's own country; null where it is no number. */
export function numberOf(
  dialled: string,
  { box, tenant }: { readonly box: Box; readonly tenant: Tenant },
): string | null {
  if (!/^\+?\d{7,15}$/.test(dialled)) return null;
  const own = ownNumber(box, tenant);
  const parsed = parsePhoneNumberFromString(dialled, homeCountryOf(own, tenant) ?? undefined);
  return parsed?.isPossible() ? parsed.number : null;
}

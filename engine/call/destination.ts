import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Box, Tenant } from '../store/index.ts';
import { ownNumber } from './outbound-leg.ts';
import type { ConnectTo } from './transfer-target.ts';

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
    phones.find(({ extension }) => extension === dialled) ?? phones.find(({ username }) => username === dialled);
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

/** E.164 of what is dialled, with +, or in the digits of the tenant's own country; null where it is no number. */
export function numberOf(
  dialled: string,
  { box, tenant }: { readonly box: Box; readonly tenant: Pick<Tenant, 'id'> },
): string | null {
  if (!/^\+?\d{7,15}$/.test(dialled)) return null;
  const own = ownNumber(box, tenant);
  const country = own === null ? undefined : parsePhoneNumberFromString(own)?.country;
  const parsed = parsePhoneNumberFromString(dialled, country);
  return parsed?.isPossible() ? parsed.number : null;
}

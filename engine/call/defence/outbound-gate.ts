import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { VoxboxError } from '../../foundation/index.ts';
import type { OutboundPolicy, OutboundUse, TenantStatus } from '../../store/index.ts';

export interface OutboundQuestion {
  /** As it was asked for: a number, `tel:`, or `sip:` at the box itself. */
  readonly destination: string;
  readonly tenantStatus: TenantStatus;
  /** The order came from the tenant's own agent, phone or page, and that was proven. */
  readonly authenticated: boolean;
  readonly policy: OutboundPolicy;
  readonly used: OutboundUse;
  /** Outgoing calls of the tenant that go on at this moment. */
  readonly callsNow: number;
  /** Reads numbers without +; null: they are refused. */
  readonly homeCountry: string | null;
  /** Hosts of a `sip:` destination that are the box itself. */
  readonly ownHosts?: readonly string[];
}

export type OutboundRefusal =
  | 'tenant_suspended'
  | 'not_authenticated'
  | 'not_a_number'
  | 'foreign_host'
  | 'country_not_allowed'
  | 'number_type_not_allowed'
  | 'calls_per_hour'
  | 'calls_at_once'
  | 'spend_per_day';

export type OutboundDecision =
  | {
      readonly allowed: true;
      /** E.164 with +. */
      readonly number: string;
      readonly country: string;
    }
  | { readonly allowed: false; readonly reason: OutboundRefusal };

/** Types of number that cost what such numbers cost (ITU-T E.164 leaves them to the countries). */
const plainTypes: readonly (string | undefined)[] = [
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'TOLL_FREE',
];

/** Whether a call may leave the box. Pure: the same question always has the same answer. */
export function decideOutbound(question: OutboundQuestion): OutboundDecision {
  const { tenantStatus, authenticated, policy, used, callsNow, homeCountry } = question;
  const refused = (reason: OutboundRefusal): OutboundDecision => ({ allowed: false, reason });
  if (tenantStatus === 'suspended') return refused('tenant_suspended');
  if (!authenticated) return refused('not_authenticated');

  const dialled = dialledNumber(question.destination, question.ownHosts ?? []);
  if (dialled.kind !== 'number') return refused(dialled.kind);
  const home = homeCountry !== null && isSupportedCountry(homeCountry) ? homeCountry : undefined;
  const parsed = parse(dialled.digits, home);
  if (!parsed) return refused('not_a_number');
  const { number, country } = parsed;
  if (country === undefined || !policy.allowedCountries.includes(country)) {
    return refused('country_not_allowed');
  }
  // 976 is a premium exchange in most area codes of North America, 900 an area code of its own.
  if (!plainTypes.includes(parsed.getType()) || /^\+1(?:900|\d{3}976)/.test(number)) {
    return refused('number_type_not_allowed');
  }

  if (used.callsLastHour >= policy.callsPerHour) return refused('calls_per_hour');
  if (callsNow >= policy.callsAtOnce) return refused('calls_at_once');
  if (!hasMinuteLeft(policy, used)) return refused('spend_per_day');
  return { allowed: true, number, country };
}

/** Whether one more minute, of any call of the tenant, is within what may be spent. */
export const hasMinuteLeft = (
  { spendPerDayMinor, pricePerMinuteMinor }: Pick<OutboundPolicy, 'spendPerDayMinor' | 'pricePerMinuteMinor'>,
  { spentTodayMinor }: OutboundUse,
): boolean => spentTodayMinor + pricePerMinuteMinor <= spendPerDayMinor;

const limits: readonly OutboundRefusal[] = ['calls_per_hour', 'calls_at_once', 'spend_per_day'];

/**
 * The same, for those who go on only when it is allowed.
 *
 * @throws VoxboxError `outbound_not_allowed`, `outbound_limit_reached`, with the reason in its details
 */
export function allowOutbound(question: OutboundQuestion): OutboundDecision & { readonly allowed: true } {
  const decision = decideOutbound(question);
  if (decision.allowed) return decision;
  const { reason } = decision;
  throw new VoxboxError(
    limits.includes(reason) ? 'outbound_limit_reached' : 'outbound_not_allowed',
    `an outgoing call was refused: ${reason}`,
    { details: { reason } },
  );
}

type Dialled =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'not_a_number' | 'foreign_host' };

/** Only digits, with or without +: no letters, pauses, extensions, parameters or lists survive. */
function dialledNumber(destination: string, ownHosts: readonly string[]): Dialled {
  const uri = /^(sips?|tel):(.*)$/is.exec(destination.trim());
  let text = uri?.[2] ?? destination;
  if (uri?.[1]?.toLowerCase().startsWith('sip')) {
    const at = text.indexOf('@');
    if (at < 0) return { kind: 'foreign_host' };
    const host = text.slice(at + 1).toLowerCase();
    if (!ownHosts.some((own) => own.toLowerCase() === host)) return { kind: 'foreign_host' };
    text = text.slice(0, at);
  }
  if (text.length > 40 || !/^\+?[\d ().-]+$/.test(text.trim())) return { kind: 'not_a_number' };
  const digits = text.replace(/[ ().-]/g, '');
  // 00 and 011 dial abroad in the trunk's country, whichever that is; only + means the same everywhere.
  if (!/^\+?[1-9]\d{6,14}$|^0[1-9]\d{5,13}$/.test(digits)) {
    return { kind: 'not_a_number' };
  }
  return { kind: 'number', digits };
}

function parse(digits: string, home: CountryCode | undefined) {
  if (!digits.startsWith('+') && home === undefined) return null;
  const parsed = parsePhoneNumberFromString(digits, {
    ...(home ? { defaultCountry: home } : {}),
    extract: false,
  });
  if (!parsed?.isValid() || parsed.ext !== undefined) return null;
  // Without + it is a number of the own country: prefixes that dial abroad are not read.
  if (!digits.startsWith('+') && home && parsed.countryCallingCode !== getCountryCallingCode(home))
    return null;
  return parsed;
}

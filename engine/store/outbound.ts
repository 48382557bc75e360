import { type CountryCode, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { OutboundPolicy, OutboundUse } from './model.ts';

export interface NewOutboundCall {
  readonly tenantId: string;
  /** E.164 with +. */
  readonly number: string;
  readonly startedAtMs: number;
  /** Begun minutes; what is reserved at the start is put right by `settle`. */
  readonly minutes: number;
  readonly costMinor: number;
}

export interface Outbound {
  /** What was set, else the default: the tenant's own country and modest limits. @throws VoxboxError `tenant_unknown` */
  policy(tenantId: string): OutboundPolicy;
  /** @throws VoxboxError `input_invalid`, `tenant_unknown` */
  setPolicy(tenantId: string, policy: OutboundPolicy): OutboundPolicy;
  /** Calls begun in the hour, and spend of the 24 hours, before `nowMs`. */
  used(tenantId: string, nowMs: number): OutboundUse;
  /** At the start of a call, so that those that run count too. Returns the id for the rest. */
  record(call: NewOutboundCall): number;
  /** What it has come to so far. */
  reckon(id: number, soFar: { readonly minutes: number; readonly costMinor: number }): void;
  /** What it came to in the end. */
  settle(id: number, result: { readonly minutes: number; readonly costMinor: number }): void;
  /** Calls of the tenant that were recorded here and not settled yet. Those of a dead engine do not go on. */
  running(tenantId: string): number;
  /** What was spent on calls to a number stays, the number goes. */
  forget(tenantId: string, number: string): void;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const keptMs = 400 * dayMs;

export function outboundRows(database: Database, { events }: { events: EventLog }): Outbound {
  const stored = database.prepare<{ policy: string }>(
    'select policy from outbound_policies where tenant_id = ?',
  );
  const set = database.prepare(
    `insert into outbound_policies (tenant_id, policy) values (?, ?)
     on conflict (tenant_id) do update set policy = excluded.policy`,
  );
  const owner = database.prepare<{ language: string; number: string | null }>(
    `select language, (select number from numbers where tenant_id = tenants.id order by number limit 1) as number
     from tenants where id = ?`,
  );
  const used = database.prepare<OutboundUse>(
    `select coalesce(sum(started_at_ms > :nowMs - ${hourMs}), 0) as callsLastHour,
            coalesce(sum(cost_minor), 0) as spentTodayMinor
     from outbound_calls where tenant_id = :tenantId and started_at_ms > :nowMs - ${dayMs}`,
  );
  const insert = database.prepare<{ id: number }>(
    `insert into outbound_calls (tenant_id, number, started_at_ms, minutes, cost_minor)
     values (:tenantId, :number, :startedAtMs, :minutes, :costMinor) returning id`,
  );
  const reckon = database.prepare(
    'update outbound_calls set minutes = :minutes, cost_minor = :costMinor where id = :id',
  );
  const dropOld = database.prepare('delete from outbound_calls where started_at_ms < ?');
  const forget = database.prepare(`update outbound_calls set number = '' where tenant_id = ? and number = ?`);

  /** Tenant of each call that goes on. */
  const going = new Map<number, string>();

  const ownerOf = (tenantId: string): { language: string; number: string | null } => {
    const row = owner.get(tenantId);
    if (!row) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
    return row;
  };
  return {
    policy(tenantId) {
      const { language, number } = ownerOf(tenantId);
      const row = stored.get(tenantId);
      const usual = defaultPolicy(language, number);
      return row ? { ...usual, ...(JSON.parse(row.policy) as Partial<OutboundPolicy>) } : usual;
    },
    setPolicy: (tenantId, given) =>
      events.transaction(() => {
        ownerOf(tenantId);
        const policy = checkedPolicy(given);
        set.run(tenantId, JSON.stringify(policy));
        events.record({ type: 'outbound.policy-changed', tenantId });
        return policy;
      }),
    used: (tenantId, nowMs) => used.get({ tenantId, nowMs }) ?? { callsLastHour: 0, spentTodayMinor: 0 },
    record: ({ tenantId, number, startedAtMs, minutes, costMinor }) =>
      events.transaction(() => {
        dropOld.run(startedAtMs - keptMs);
        const id = insert.get({ tenantId, number, startedAtMs, minutes, costMinor })?.id ?? 0;
        going.set(id, tenantId);
        return id;
      }),
    reckon: (id, { minutes, costMinor }) => {
      reckon.run({ id, minutes, costMinor });
    },
    settle: (id, { minutes, costMinor }) => {
      going.delete(id);
      reckon.run({ id, minutes, costMinor });
    },
    running: (tenantId) => [...going.values()].filter((owner) => owner === tenantId).length,
    forget: (tenantId, number) => {
      forget.run(tenantId, number);
    },
  };
}

function checkedPolicy(given: OutboundPolicy): OutboundPolicy {
  const allowedCountries = [
    ...new Set(given.allowedCountries.map((country) => country.toUpperCase())),
  ].sort();
  const unknown = allowedCountries.find((country) => callingCode(country) === null);
  if (unknown !== undefined) {
    throw new VoxboxError('input_invalid', `allowedCountries: "${unknown}" is no ISO 3166-1 country`);
  }
  const { callsPerHour, callsAtOnce, spendPerDayMinor, pricePerMinuteMinor } = given;
  const counted = { callsPerHour, callsAtOnce, spendPerDayMinor, pricePerMinuteMinor };
  for (const [name, value] of Object.entries(counted)) {
    if (!Number.isInteger(value) || value < 0 || value > 10_000_000) {
      throw new VoxboxError('input_invalid', `${name}: must be a whole number, not negative`);
    }
  }
  return { allowedCountries, ...counted };
}

/** The country of the tenant's own number; where several share its code, that of the language's region. */
export function defaultPolicy(language: string, number: string | null): OutboundPolicy {
  const parsed = number === null ? undefined : parsePhoneNumberFromString(number);
  const region = new Intl.Locale(language).region ?? null;
  const fits =
    region !== null &&
    callingCode(region) !== null &&
    (parsed === undefined || callingCode(region) === parsed.countryCallingCode);
  const country = parsed?.country ?? (fits ? region : null);
  return {
    allowedCountries: country === null ? [] : [country],
    callsPerHour: 20,
    callsAtOnce: 5,
    spendPerDayMinor: 1000,
    pricePerMinuteMinor: 5,
  };
}

function callingCode(country: string): string | null {
  try {
    return getCountryCallingCode(country as CountryCode);
  } catch {
    return null;
  }
}

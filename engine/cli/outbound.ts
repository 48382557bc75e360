import type { OutboundPolicy, OutboundUse } from '../api/contract/index.ts';
import { type Call, type Command, UsageError } from './command.ts';
import { readLines, tenantIdOf } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

const tenant = { type: 'string', value: 'SLUG', help: 'of this tenant (slug or id)' } as const;

export const outboundShow: Command = {
  name: 'outbound show',
  summary: 'Show what outgoing calls may reach and cost',
  flags: { tenant },
  async run({ config, json, io, text }) {
    const id = await tenantIdOf(config(), text('tenant'));
    const shown = await readLines(config(), (lines) => lines.outbound(id));
    io.out(json ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown));
    return 0;
  },
};

export const outboundSet: Command = {
  name: 'outbound set',
  summary: 'Say what outgoing calls may reach and cost; what is not given stays',
  flags: {
    tenant,
    countries: {
      type: 'string',
      value: 'LIST',
      help: 'countries, with commas, for example US,CA; "" for none',
    },
    'calls-per-hour': { type: 'string', value: 'COUNT', help: 'calls in an hour' },
    'calls-at-once': { type: 'string', value: 'COUNT', help: 'calls that go on together' },
    'spend-per-day': {
      type: 'string',
      value: 'CENTS',
      help: 'in 24 hours, in the smallest unit of the money',
    },
    'price-per-minute': { type: 'string', value: 'CENTS', help: 'what a begun minute is reckoned at' },
  },
  async run(call) {
    const { config, json, io, text } = call;
    const id = await tenantIdOf(config(), text('tenant'));
    const before = (await readLines(config(), (lines) => lines.outbound(id))).policy;
    const body: OutboundPolicy = {
      allowedCountries:
        text('countries')
          ?.split(',')
          .map((country) => country.trim().toUpperCase())
          .filter(Boolean) ?? before.allowedCountries,
      callsPerHour: whole(call, 'calls-per-hour') ?? before.callsPerHour,
      callsAtOnce: whole(call, 'calls-at-once') ?? before.callsAtOnce,
      spendPerDayMinor: whole(call, 'spend-per-day') ?? before.spendPerDayMinor,
      pricePerMinuteMinor: whole(call, 'price-per-minute') ?? before.pricePerMinuteMinor,
    };
    const shown = await writeLine(config(), {
      method: 'outbound.set',
      id,
      body,
      alone: (lines) => lines.setOutbound(id, body),
    });
    io.out(json ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown));
    return 0;
  },
};

/** Zero is a limit too. */
function whole({ text }: Call, flag: string): number | undefined {
  const value = text(flag);
  if (value === undefined) return undefined;
  if (!/^\d{1,7}$/.test(value)) throw new UsageError(`--${flag} takes a whole number.`);
  return Number(value);
}

const inWords = ({ policy, used }: { policy: OutboundPolicy; used: OutboundUse }): string =>
  table([
    ['Countries', policy.allowedCountries.join(', ') || 'none: no outgoing calls'],
    ['Calls per hour', `${policy.callsPerHour} (${used.callsLastHour} in the last hour)`],
    ['Calls at once', String(policy.callsAtOnce)],
    ['Spend per day', `${policy.spendPerDayMinor} (${used.spentTodayMinor} in the last 24 hours)`],
    ['Price per minute', String(policy.pricePerMinuteMinor)],
  ]);

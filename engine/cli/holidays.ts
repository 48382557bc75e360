import { VoxboxError } from '../foundation/index.ts';
import type { Holiday } from '../store/index.ts';
import { type Command, UsageError } from './command.ts';
import { chosenTenants, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { atDesk } from './desk.ts';
import { table } from './table.ts';

const ofTenant = { type: 'string', value: 'SLUG', help: 'of which business (slug or id)' } as const;

export const holidaysList: Command = {
  name: 'holidays list',
  summary: 'List days that are closed, or open at other hours',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) =>
        store.holidays.list().map((holiday) => ({ tenantId: tenant.id, tenant: tenant.slug, ...holiday })),
      ),
    );
    if (json) io.out(`${JSON.stringify({ holidays: found }, null, 2)}\n`);
    else {
      io.out(
        table([
          ['DAY', 'TENANT', 'NAME', 'OPEN'],
          ...found.map((one) => [one.day, one.tenant, one.name || '-', hoursOf(one)]),
        ]),
      );
    }
    return 0;
  },
};

export const holidaysAdd: Command = {
  name: 'holidays add',
  summary: 'Close a day, for example 2026-12-25, or open it at other hours',
  operands: '<day>',
  flags: {
    tenant: ofTenant,
    name: { type: 'string', value: 'NAME', help: 'for example "Christmas"' },
    hours: { type: 'string', value: 'SPANS', help: 'open then, for example 10:00-12:00,13:00-15:00' },
  },
  async run({ config, json, io, text, positionals }) {
    const [day = ''] = positionals;
    const holiday = { day, name: text('name') ?? '', spans: spansOf(text('hours')) };
    const tenantId = await tenantIdOf(config(), text('tenant'));
    await atDesk(config(), { method: 'holiday.add', id: tenantId, body: holiday });
    io.out(
      json
        ? `${JSON.stringify({ holiday: { tenantId, ...holiday } }, null, 2)}\n`
        : `${day}: ${hoursOf(holiday)}. Appointments that are booked already stay.\n`,
    );
    return 0;
  },
};

export const holidaysRemove: Command = {
  name: 'holidays remove',
  summary: "Let a day's usual hours hold again",
  operands: '<day>',
  flags: { tenant: ofTenant },
  async run({ config, json, io, text, positionals }) {
    const [day = ''] = positionals;
    const tenant = await tenantIdOf(config(), text('tenant'));
    await atDesk(config(), { method: 'holiday.remove', id: day, query: { tenant } });
    io.out(json ? `${JSON.stringify({ removed: day })}\n` : `Removed ${day}.\n`);
    return 0;
  },
};

/** "10:00-12:00,13:00-15:00" → minutes since midnight; closed where nothing is given. */
function spansOf(text: string | undefined): Holiday['spans'] {
  if (text === undefined) return [];
  return text.split(',').map((span) => {
    const parts = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(span.trim());
    if (!parts) throw new UsageError('--hours takes spans like 10:00-12:00,13:00-15:00.');
    const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.slice(1).map(Number);
    if (fromMinute > 59 || toMinute > 59)
      throw new VoxboxError('input_invalid', `hours: there is no ${span}`);
    return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute };
  });
}

const clockTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const hoursOf = ({ spans }: Pick<Holiday, 'spans'>): string =>
  spans.map(({ fromMinute, toMinute }) => `${clockTime(fromMinute)}-${clockTime(toMinute)}`).join(', ') ||
  'closed';

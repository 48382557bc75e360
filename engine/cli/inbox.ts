import type { Call, Command } from './command.ts';
import { chosenTenants, latestOf, tenantFlag, withBox } from './data.ts';
import { atDesk, ownerOf } from './desk.ts';
import { printable, table } from './table.ts';

export const inboxList: Command = {
  name: 'inbox list',
  summary: 'List messages, orders and leads, the latest first',
  flags: {
    ...tenantFlag,
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 50)' },
  },
  async run({ config, json, io, text, count }) {
    const limit = count('limit', 50);
    const found = await withBox(config(), { readOnly: true }, (box) =>
      latestOf(chosenTenants(box, text('tenant')), limit, {
        list: (store) => store.submissions.list({ limit }),
        atMs: ({ createdAtMs }) => createdAtMs,
      }),
    );
    const submissions = found.map(({ tenant, one }) => ({ tenant: tenant.slug, ...one }));
    if (json) io.out(`${JSON.stringify({ submissions }, null, 2)}\n`);
    else {
      io.out(
        table([
          ['TENANT', 'WHAT', 'FROM', 'PHONE', 'STATUS', 'WORDS', 'ID'],
          ...submissions.map(({ id, tenant, title, urgent, customerName, customerPhone, status, fields }) => [
            tenant,
            urgent ? `${title} (urgent)` : title,
            customerName ?? '-',
            customerPhone ?? '-',
            status,
            fields.map(({ label, value }) => `${label}: ${value}`).join('; '),
            id,
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const inboxDone: Command = {
  name: 'inbox done',
  summary: 'Mark a message, order or lead as dealt with',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => mark(call, 'done'),
};

export const inboxReopen: Command = {
  name: 'inbox reopen',
  summary: 'Mark it as open again',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => mark(call, 'open'),
};

async function mark({ config, json, io, text, positionals }: Call, status: 'done' | 'open'): Promise<number> {
  const [id = ''] = positionals;
  const { id: tenant } = await ownerOf(config(), text('tenant'), {
    has: (store) => store.submissions.find(id),
    missing: `there is no message or order ${id}`,
  });
  const { submission } = await atDesk(config(), {
    method: 'submission.change',
    id,
    query: { tenant },
    body: { status },
  });
  const told = `${printable(submission.title)} is ${submission.status}.\n`;
  io.out(json ? `${JSON.stringify({ submission }, null, 2)}\n` : told);
  return 0;
}

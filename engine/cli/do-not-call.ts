import type { Command } from './command.ts';
import { chosenTenants, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { atDesk } from './desk.ts';
import { localTime, table } from './table.ts';

export const doNotCallList: Command = {
  name: 'do-not-call list',
  summary: 'List numbers whose people asked not to be called',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) =>
        store.doNotCall.list().map((one) => ({ tenant, ...one })),
      ),
    );
    const numbers = found.map(({ tenant, ...one }) => ({ tenant: tenant.slug, ...one }));
    if (json) io.out(`${JSON.stringify({ numbers }, null, 2)}\n`);
    else {
      io.out(
        table([
          ['NUMBER', 'TENANT', 'SINCE', 'CALL'],
          ...found.map(({ tenant, number, createdAtMs, callId }) => [
            ...[number, tenant.slug, localTime(createdAtMs, tenant.timeZone), callId ?? '-'],
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const doNotCallAdd: Command = {
  name: 'do-not-call add',
  summary: 'Call a number no more',
  operands: '<number>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [number = ''] = positionals;
    const id = await tenantIdOf(config(), text('tenant'));
    await atDesk(config(), { method: 'doNotCall.add', id, body: { number } });
    io.out(json ? `${JSON.stringify({ added: number })}\n` : `${number} is not called any more.\n`);
    return 0;
  },
};

export const doNotCallRemove: Command = {
  name: 'do-not-call remove',
  summary: 'Allow calls to a number again',
  operands: '<number>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [number = ''] = positionals;
    const tenant = await tenantIdOf(config(), text('tenant'));
    await atDesk(config(), { method: 'doNotCall.remove', id: number, query: { tenant } });
    io.out(json ? `${JSON.stringify({ removed: number })}\n` : `${number} may be called again.\n`);
    return 0;
  },
};

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { forgetCaller } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Caller, Tenant } from '../store/index.ts';
import type { Command } from './command.ts';
import { chosenTenants, tenantFlag, withBox } from './data.ts';
import { localTime, table } from './table.ts';

export const callersList: Command = {
  name: 'callers list',
  summary: 'List callers that are remembered, the latest first',
  flags: {
    ...tenantFlag,
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 50)' },
  },
  async run({ config, json, io, text, count }) {
    const limit = count('limit', 50);
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant'))
        .flatMap(({ tenant, store }) => store.callers.list({ limit }).map((caller) => ({ tenant, caller })))
        .toSorted((one, other) => other.caller.changedAtMs - one.caller.changedAtMs)
        .slice(0, limit),
    );
    if (json) {
      const callers = found.map(({ tenant, caller }) => ({ tenant: tenant.slug, ...caller }));
      io.out(`${JSON.stringify({ callers }, null, 2)}\n`);
    } else {
      io.out(
        table([
          ['NUMBER', 'NAME', 'TENANT', 'CALLS', 'LAST CHANGE'],
          ...found.map(({ tenant, caller }) => [
            caller.number,
            caller.optedOut ? '(not to be remembered)' : (caller.name ?? '-'),
            tenant.slug,
            String(caller.calls),
            localTime(caller.changedAtMs, tenant.timeZone),
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const callersShow: Command = {
  name: 'callers show',
  summary: 'Show what is remembered of a caller',
  operands: '<id>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [number = ''] = positionals;
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) => {
        const caller = store.callers.find(number);
        return caller ? [{ tenant, caller }] : [];
      }),
    );
    if (found.length === 0) throw new VoxboxError('not_found', `nobody is remembered under ${number}.`);
    if (json) {
      const callers = found.map(({ tenant, caller }) => ({ tenant: tenant.slug, ...caller }));
      io.out(`${JSON.stringify({ callers }, null, 2)}\n`);
    } else io.out(found.map(inWords).join('\n'));
    return 0;
  },
};

export const callersForget: Command = {
  name: 'callers forget',
  summary: 'Forget a caller: name, number, summaries and facts; appointments stay',
  operands: '<id>',
  flags: {
    ...tenantFlag,
    'with-transcripts': {
      type: 'boolean',
      help: 'all that was said in their calls, and the recordings, too',
    },
  },
  async run({ config, json, io, text, has, positionals }) {
    const [number = ''] = positionals;
    if (!/^\+[1-9]\d{6,14}$/.test(number)) {
      throw new VoxboxError(
        'input_invalid',
        'a caller is named by the number, E.164, for example +15555550100.',
      );
    }
    const transcripts = has('with-transcripts');
    const { dataDir } = config();
    const forgotten = await withBox(config(), { readOnly: false }, (box) =>
      chosenTenants(box, text('tenant')).map(({ store }) => forgetCaller(store, number, { transcripts })),
    );
    for (const { recordings } of forgotten) {
      for (const recording of recordings) await rm(join(dataDir, recording), { force: true });
    }
    const calls = forgotten.reduce((sum, { callIds }) => sum + callIds.length, 0);
    const result = { forgotten: number, calls, transcripts };
    io.out(json ? `${JSON.stringify(result)}\n` : `Forgot ${number} in ${calls} calls.\n`);
    return 0;
  },
};

function inWords({ tenant, caller }: { readonly tenant: Tenant; readonly caller: Caller }): string {
  const { timeZone } = tenant;
  const { serviceId, staffId, partOfDay } = caller.preferences;
  return table([
    ['Caller', caller.number],
    ['Tenant', `${tenant.name} (${tenant.slug})`],
    ['Name', caller.name ?? '-'],
    ...(caller.names.length > 1 ? [['Names given', caller.names.join(', ')]] : []),
    ...(caller.optedOut ? [['Memory', 'not to be remembered']] : []),
    ['First call', localTime(caller.firstCallAtMs, timeZone)],
    ...(serviceId === null ? [] : [['Usual service', serviceId]]),
    ...(staffId === null ? [] : [['Usual staff', staffId]]),
    ...(partOfDay === null ? [] : [['Usual time', partOfDay]]),
    ...caller.facts.map((fact) => [localTime(fact.atMs, timeZone), `${fact.kind}: ${fact.text}`]),
    ...caller.summaries.map((summary) => [localTime(summary.atMs, timeZone), summary.text]),
  ]);
}

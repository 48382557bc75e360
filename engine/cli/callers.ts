import { VoxboxError } from '../foundation/index.ts';
import type { Caller, Tenant } from '../store/index.ts';
import { type Command, UsageError } from './command.ts';
import { chosenTenants, latestOf, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { atDesk } from './desk.ts';
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
      latestOf(chosenTenants(box, text('tenant')), limit, {
        list: (store) => store.callers.list({ limit }),
        atMs: ({ changedAtMs }) => changedAtMs,
      }),
    );
    if (json) {
      const callers = found.map(({ tenant, one: caller }) => ({ tenant: tenant.slug, ...caller }));
      io.out(`${JSON.stringify({ callers }, null, 2)}\n`);
    } else {
      io.out(
        table([
          ['NUMBER', 'NAME', 'TENANT', 'CALLS', 'LAST CHANGE'],
          ...found.map(({ tenant, one: caller }) => [
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
    const transcripts = has('with-transcripts');
    const tenants = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).map(({ tenant }) => tenant.id),
    );
    let calls = 0;
    for (const tenant of tenants) {
      const request = {
        method: 'caller.forget',
        id: number,
        query: { tenant },
        body: { transcripts },
      } as const;
      calls += (await atDesk(config(), request)).calls;
    }
    const result = { forgotten: number, calls, transcripts };
    io.out(json ? `${JSON.stringify(result)}\n` : `Forgot ${number} in ${calls} calls.\n`);
    return 0;
  },
};

export const callersChange: Command = {
  name: 'callers change',
  summary: 'Write something down of a caller, or say whether they are to be remembered; no forgets what is',
  operands: '<number>',
  flags: {
    ...tenantFlag,
    remember: { type: 'string', value: 'ANSWER', help: 'yes or no' },
    note: { type: 'string', value: 'TEXT', help: 'for you alone; an empty one takes it away' },
  },
  async run({ config, json, io, text, positionals }) {
    const [number = ''] = positionals;
    const remember = answerOf(text('remember'), ['yes', 'no']);
    const note = text('note')?.trim();
    if (remember === null && (note === undefined || text('remember') !== undefined)) {
      throw new UsageError('callers change needs --note TEXT, or --remember: yes or no.');
    }
    const tenant = await tenantIdOf(config(), text('tenant'));
    const body = {
      ...(remember === null ? {} : { optedOut: !remember }),
      ...(note === undefined ? {} : { note: note || null }),
    };
    const answer = await atDesk(config(), { method: 'caller.change', id: number, query: { tenant }, body });
    const memory = remember ? 'is remembered from the next call on' : 'is not remembered';
    const told = `${number} ${remember === null ? (note ? 'has a note' : 'has no note') : memory}.\n`;
    io.out(json ? `${JSON.stringify(answer, null, 2)}\n` : told);
    return 0;
  },
};

export const callersMemory: Command = {
  name: 'callers memory',
  summary: 'Show or switch whether a business remembers its callers; off forgets them all',
  flags: { ...tenantFlag, set: { type: 'string', value: 'HOW', help: 'on or off' } },
  async run({ config, json, io, text }) {
    const memory = answerOf(text('set'), ['on', 'off']);
    if (memory === null && text('set') !== undefined) throw new UsageError('--set takes on or off.');
    const id = await tenantIdOf(config(), text('tenant'));
    const { policy: before } = await atDesk(config(), { method: 'privacy.read', id });
    const { policy } =
      memory === null
        ? { policy: before }
        : await atDesk(config(), { method: 'privacy.set', id, body: { ...before, memory } });
    const told = `Callers are ${policy.memory ? '' : 'not '}remembered.\n`;
    io.out(json ? `${JSON.stringify({ policy }, null, 2)}\n` : told);
    return 0;
  },
};

const answerOf = (given: string | undefined, [yes, no]: readonly [string, string]): boolean | null =>
  given === yes ? true : given === no ? false : null;

function inWords({ tenant, caller }: { readonly tenant: Tenant; readonly caller: Caller }): string {
  const { timeZone } = tenant;
  const { serviceId, staffId, partOfDay } = caller.preferences;
  return table([
    ['Caller', caller.number],
    ['Tenant', `${tenant.name} (${tenant.slug})`],
    ['Name', caller.name ?? '-'],
    ...(caller.names.length > 1 ? [['Names given', caller.names.join(', ')]] : []),
    ...(caller.optedOut ? [['Memory', 'not to be remembered']] : []),
    ...(caller.note === null ? [] : [['Note', caller.note]]),
    ['First call', localTime(caller.firstCallAtMs, timeZone)],
    ...(serviceId === null ? [] : [['Usual service', serviceId]]),
    ...(staffId === null ? [] : [['Usual staff', staffId]]),
    ...(partOfDay === null ? [] : [['Usual time', partOfDay]]),
    ...caller.facts.map((fact) => [localTime(fact.atMs, timeZone), `${fact.kind}: ${fact.text}`]),
    ...caller.summaries.map((summary) => [localTime(summary.atMs, timeZone), summary.text]),
  ]);
}

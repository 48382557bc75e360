import type { ClosedPolicy, OverflowPolicy } from '../api/contract/index.ts';
import { type Call, type Command, UsageError } from './command.ts';
import { readLines, tenantIdOf } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

const tenant = { type: 'string', value: 'SLUG', help: 'of this tenant (slug or id)' } as const;
const when = {
  type: 'string',
  value: 'OCCASION',
  help: 'full: the box is (default); closed: the business is, and the call comes from outside',
} as const;
const kinds = {
  full: ['busy', 'unavailable', 'message', 'ring-group'],
  closed: ['agent', 'message', 'ring-group', 'busy'],
} as const;

export const overflowShow: Command = {
  name: 'overflow show',
  summary: 'Show what happens to calls that come while the box is full, or the business closed',
  flags: { tenant, when },
  async run(call) {
    const { config, text } = call;
    const occasion = occasionOf(call);
    const id = await tenantIdOf(config(), text('tenant'));
    return tell(
      call,
      await readLines(config(), (lines) => (occasion === 'closed' ? lines.closed(id) : lines.overflow(id))),
    );
  },
};

export const overflowSet: Command = {
  name: 'overflow set',
  summary: 'Say what happens to calls that come while the box is full, or the business closed',
  flags: {
    tenant,
    when,
    kind: {
      type: 'string',
      value: 'KIND',
      help: `when full: ${kinds.full.join(', ')}; when closed: ${kinds.closed.join(', ')} (required)`,
    },
    'ring-group': { type: 'string', value: 'ID', help: 'the group that rings then' },
    'retry-after': {
      type: 'string',
      value: 'SECONDS',
      help: 'when full: when the other side may try again (default: 60)',
    },
  },
  async run(call) {
    const { config, text, count } = call;
    const occasion = occasionOf(call);
    const ringGroupId = text('ring-group') ?? null;
    if (occasion === 'closed') {
      if (text('retry-after') !== undefined) throw new UsageError('--retry-after is for --when full.');
      const kind = kindOf(call, kinds.closed);
      const id = await tenantIdOf(config(), text('tenant'));
      const body: ClosedPolicy = { kind, ringGroupId };
      const asked = { method: 'closed.set', id, body } as const;
      return tell(call, await writeLine(config(), { ...asked, alone: (lines) => lines.setClosed(id, body) }));
    }
    const kind = kindOf(call, kinds.full);
    const id = await tenantIdOf(config(), text('tenant'));
    const body: OverflowPolicy = { kind, ringGroupId, retryAfterS: count('retry-after', 60) };
    const asked = { method: 'overflow.set', id, body } as const;
    return tell(call, await writeLine(config(), { ...asked, alone: (lines) => lines.setOverflow(id, body) }));
  },
};

function occasionOf({ text }: Call): 'full' | 'closed' {
  const occasion = text('when') ?? 'full';
  if (occasion === 'full' || occasion === 'closed') return occasion;
  throw new UsageError('--when takes full, closed.');
}

function kindOf<K extends string>({ text }: Call, allowed: readonly K[]): K {
  const kind = allowed.find((one) => one === text('kind'));
  if (kind) return kind;
  throw new UsageError(`overflow set needs --kind: ${allowed.join(', ')}.`);
}

function tell({ json, io }: Call, shown: { readonly policy: OverflowPolicy | ClosedPolicy }): number {
  const { policy } = shown;
  const isFull = 'retryAfterS' in policy;
  const rows = [
    [isFull ? 'When full' : 'When closed', policy.kind],
    ['Ring group', policy.ringGroupId ?? '-'],
    ...(isFull ? [['Retry after', `${policy.retryAfterS} s`]] : []),
  ];
  io.out(json ? `${JSON.stringify(shown, null, 2)}\n` : table(rows));
  return 0;
}

import type { OverflowPolicy } from '../api/contract/index.ts';
import { type Command, UsageError } from './command.ts';
import { readLines, tenantIdOf } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

const tenant = { type: 'string', value: 'SLUG', help: 'of this tenant (slug or id)' } as const;
const kinds = ['busy', 'unavailable', 'message', 'ring-group'] as const;

export const overflowShow: Command = {
  name: 'overflow show',
  summary: 'Show what happens to calls that come while the box is full',
  flags: { tenant },
  async run({ config, json, io, text }) {
    const id = await tenantIdOf(config(), text('tenant'));
    const shown = await readLines(config(), (lines) => lines.overflow(id));
    io.out(json ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown.policy));
    return 0;
  },
};

export const overflowSet: Command = {
  name: 'overflow set',
  summary: 'Say what happens to calls that come while the box is full',
  flags: {
    tenant,
    kind: { type: 'string', value: 'KIND', help: `${kinds.join(', ')} (required)` },
    'ring-group': { type: 'string', value: 'ID', help: 'the group that rings then' },
    'retry-after': {
      type: 'string',
      value: 'SECONDS',
      help: 'when the other side may try again (default: 60)',
    },
  },
  async run({ config, json, io, text, count }) {
    const kind = kinds.find((one) => one === text('kind'));
    if (!kind) throw new UsageError(`overflow set needs --kind: ${kinds.join(', ')}.`);
    const id = await tenantIdOf(config(), text('tenant'));
    const body: OverflowPolicy = {
      kind,
      ringGroupId: text('ring-group') ?? null,
      retryAfterS: count('retry-after', 60),
    };
    const shown = await writeLine(config(), {
      method: 'overflow.set',
      id,
      body,
      alone: (lines) => lines.setOverflow(id, body),
    });
    io.out(json ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown.policy));
    return 0;
  },
};

const inWords = ({ kind, ringGroupId, retryAfterS }: OverflowPolicy): string =>
  table([
    ['When full', kind],
    ['Ring group', ringGroupId ?? '-'],
    ['Retry after', `${retryAfterS} s`],
  ]);

import { type TransferTarget, transferTargetChangeModel } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type Call, type Command, type Flag, UsageError } from './command.ts';
import { readLines, tenantFlag, tenantIdOf } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

const valueFlags = {
  name: { type: 'string', value: 'NAME', help: 'as callers say it, for example "Dr. Lee"' },
  aliases: { type: 'string', value: 'LIST', help: 'other words for it, with commas' },
  phone: { type: 'string', value: 'NAME', help: 'user name of a phone that is rung' },
  number: { type: 'string', value: 'NUMBER', help: 'E.164 number that is called' },
  'ring-group': { type: 'string', value: 'ID', help: 'ring group that is rung' },
} as const satisfies Record<string, Flag>;

export const transferTargetsList: Command = {
  name: 'transfer-targets list',
  summary: 'List whom callers are put through to',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const tenant = text('tenant') === undefined ? undefined : await tenantIdOf(config(), text('tenant'));
    const { transferTargets } = await readLines(config(), (lines) => lines.transferTargets(tenant));
    io.out(json ? `${JSON.stringify({ transferTargets }, null, 2)}\n` : targetTable(transferTargets));
    return 0;
  },
};

export const transferTargetsAdd: Command = {
  name: 'transfer-targets add',
  summary: 'Name somebody whom callers are put through to',
  flags: { tenant: { type: 'string', value: 'SLUG', help: 'at whose business (slug or id)' }, ...valueFlags },
  async run(call) {
    const { config, json, io, text } = call;
    const { name, kind, target, ...rest } = values(call);
    if (name === undefined || kind === undefined || target === undefined) {
      throw new UsageError('transfer-targets add needs --name and one of --phone, --number, --ring-group.');
    }
    const body = { tenantId: await tenantIdOf(config(), text('tenant')), name, kind, target, ...rest };
    const { transferTarget } = await writeLine(config(), {
      method: 'transferTarget.create',
      body,
      alone: (lines) => lines.createTransferTarget(body),
    });
    io.out(json ? `${JSON.stringify({ transferTarget }, null, 2)}\n` : targetTable([transferTarget]));
    return 0;
  },
};

export const transferTargetsChange: Command = {
  name: 'transfer-targets change',
  summary: 'Change whom callers are put through to',
  operands: '<id>',
  flags: valueFlags,
  async run(call) {
    const { config, json, io, positionals } = call;
    const [id = ''] = positionals;
    const body = values(call);
    if (Object.keys(body).length === 0) {
      throw new UsageError('transfer-targets change needs something to change.');
    }
    const { transferTarget } = await writeLine(config(), {
      method: 'transferTarget.change',
      id,
      body,
      alone: (lines) => lines.changeTransferTarget(id, body),
    });
    io.out(json ? `${JSON.stringify({ transferTarget }, null, 2)}\n` : targetTable([transferTarget]));
    return 0;
  },
};

export const transferTargetsRemove: Command = {
  name: 'transfer-targets remove',
  summary: 'Put nobody through there any more',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [id = ''] = positionals;
    await writeLine(config(), {
      method: 'transferTarget.remove',
      id,
      alone: (lines) => lines.removeTransferTarget(id),
    });
    io.out(json ? `${JSON.stringify({ removed: id })}\n` : `Removed ${id}.\n`);
    return 0;
  },
};

function values({ text }: Call) {
  const ways = (['phone', 'number', 'ring-group'] as const).filter((kind) => text(kind) !== undefined);
  const [kind, second] = ways;
  if (second !== undefined) throw new UsageError('only one of --phone, --number, --ring-group can be given.');
  const given = {
    name: text('name'),
    aliases: text('aliases')
      ?.split(',')
      .map((alias) => alias.trim())
      .filter(Boolean),
    kind,
    target: kind === undefined ? undefined : text(kind),
  };
  const parsed = transferTargetChangeModel.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VoxboxError('input_invalid', `${issue?.path.join('.')}: ${issue?.message}`);
}

const targetTable = (targets: readonly TransferTarget[]): string =>
  table([
    ['NAME', 'OTHER WORDS', 'KIND', 'TARGET', 'ID'],
    ...targets.map(({ name, aliases, kind, target, id }) => [
      name,
      aliases.join(', ') || '-',
      kind,
      target,
      id,
    ]),
  ]);

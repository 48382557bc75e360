import type { Trunk } from '../api/contract/index.ts';
import type { Command } from './command.ts';
import { readLines } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

export const trunksList: Command = {
  name: 'trunks list',
  summary: 'List the phones, PBXs and carriers that may ring the box',
  flags: {},
  async run({ config, json, io }) {
    const { trunks } = await readLines(config(), (lines) => lines.trunks());
    io.out(json ? `${JSON.stringify({ trunks }, null, 2)}\n` : trunkTable(trunks));
    return 0;
  },
};

export const trunksShow: Command = {
  name: 'trunks show',
  summary: 'Show everything about one trunk except its passwords',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const { trunk } = await readLines(config(), (lines) => lines.trunk(positionals[0] ?? ''));
    io.out(json ? `${JSON.stringify({ trunk }, null, 2)}\n` : trunkFacts(trunk));
    return 0;
  },
};

export const trunksPresets: Command = {
  name: 'trunks presets',
  summary: 'List carriers and PBXs that are known, and what each needs',
  flags: { preset: { type: 'string', value: 'ID', help: 'explain this one' } },
  async run({ config, json, io, text }) {
    const wanted = text('preset');
    const all = (await readLines(config(), (lines) => lines.presets())).presets;
    const presets = wanted === undefined ? all : all.filter(({ id }) => id === wanted);
    if (json) {
      io.out(`${JSON.stringify({ presets }, null, 2)}\n`);
      return 0;
    }
    const [only] = presets;
    if (wanted === undefined || !only) {
      io.out(table([['PRESET', 'NAME'], ...all.map(({ id, name }) => [id, name])]));
      return wanted === undefined ? 0 : 1;
    }
    const fields = only.fields.map((field) => [
      flagOf(field.name),
      field.required ? 'needed' : '',
      `${field.label}. ${field.help}${field.example === '' ? '' : ` Example: ${field.example}`}`,
    ]);
    io.out(`${only.name} (as of ${only.asOf})\n\n${table(fields)}\n${only.callerIdRule}\n`);
    io.out(only.notes.map((note) => `- ${note}\n`).join(''));
    return 0;
  },
};

export const trunksRemove: Command = {
  name: 'trunks remove',
  summary: 'Take that permission back',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [id = ''] = positionals;
    await writeLine(config(), { method: 'trunk.remove', id, alone: (lines) => lines.removeTrunk(id) });
    io.out(json ? `${JSON.stringify({ removed: id })}\n` : `Removed ${id}.\n`);
    return 0;
  },
};

/** outboundProxy → --outbound-proxy. */
export const flagOf = (field: string): string =>
  field === 'password'
    ? '--password-stdin'
    : `--${field === 'addresses' ? 'address' : field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const trunkTable = (trunks: readonly Trunk[]): string =>
  table([
    ['NAME', 'KNOWN BY', 'CALLS OUT TO', 'STATE', 'ID'],
    ...trunks.map((trunk) => [
      trunk.name,
      knownBy(trunk),
      hostOf(trunk),
      trunk.enabled ? (trunk.underTest ? 'under test' : 'on') : 'off',
      trunk.id,
    ]),
  ]);

function knownBy({ kind, addresses, username, authUsername }: Trunk): string {
  if (kind === 'registration') return `registration as ${authUsername}`;
  if (username !== null) return `user ${username}`;
  const [first = '-', ...others] = addresses;
  return others.length > 0 ? `${first} and ${others.length} more` : first;
}

const hostOf = ({ host, port, transport }: Trunk): string =>
  host === null ? '-' : `${host}${port === null ? '' : `:${port}`} (${transport})`;

const trunkFacts = (trunk: Trunk): string =>
  table([
    ['Trunk', trunk.id],
    ['Name', trunk.name],
    ['Preset', trunk.preset],
    ['State', trunk.enabled ? 'on' : 'off'],
    ['Known by', knownBy(trunk)],
    ['Addresses', trunk.addresses.join(', ') || '-'],
    ['Calls out to', hostOf(trunk)],
    ['Outbound proxy', trunk.outboundProxy ?? '-'],
    ['Signs in as', trunk.authUsername ?? '-'],
    ['Password', trunk.hasPassword ? 'set' : 'not set'],
    ['Registers every', `${trunk.registerIntervalS} s`],
    ['Codecs', trunk.codecs.join(', ')],
    ['SRTP', trunk.srtp],
    ['DTMF', trunk.dtmf],
    ['Caller ID', trunk.callerId ?? "the tenant's own number"],
    ['Calls at once', trunk.maxCalls === null ? 'no limit' : String(trunk.maxCalls)],
    ['Priority', String(trunk.priority)],
  ]);

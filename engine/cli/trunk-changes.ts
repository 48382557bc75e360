import type { z } from 'zod';
import { newTrunkModel, trunkChangeModel } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type Call, type Command, type Flag, UsageError } from './command.ts';
import { readLines } from './data.ts';
import { readSecret } from './secret.ts';
import { flagOf, trunkTable } from './trunks.ts';
import { writeLine } from './write.ts';

const valueFlags = {
  host: { type: 'string', value: 'HOST', help: 'where calls go out to, and where the box registers' },
  port: { type: 'string', value: 'PORT', help: 'its port' },
  transport: { type: 'string', value: 'NAME', help: 'udp, tcp or tls' },
  'outbound-proxy': {
    type: 'string',
    value: 'HOST:PORT',
    help: 'where requests are sent in place of the host',
  },
  'auth-username': { type: 'string', value: 'NAME', help: 'user name the box signs in with there' },
  'password-stdin': { type: 'boolean', help: 'read the password from standard input' },
  address: { type: 'string', value: 'LIST', help: 'IP addresses or ranges it sends from, with commas' },
  codecs: { type: 'string', value: 'LIST', help: 'best first, of PCMU,PCMA,G722,opus' },
  srtp: { type: 'string', value: 'MODE', help: 'off, optional or required' },
  dtmf: { type: 'string', value: 'KIND', help: 'rfc4733, info or inband' },
  'caller-id': { type: 'string', value: 'NUMBER', help: 'E.164 number shown on outgoing calls' },
  'max-calls': { type: 'string', value: 'COUNT', help: 'calls at the same time' },
  priority: { type: 'string', value: 'NUMBER', help: 'of outgoing calls, lower first (default: 10)' },
  'register-interval': { type: 'string', value: 'SECONDS', help: 'how often the box registers' },
} as const satisfies Record<string, Flag>;

export const trunksAdd: Command = {
  name: 'trunks add',
  summary: 'Let a phone, PBX or carrier ring the box, by a preset, its address or a password',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'what you call it (required)' },
    preset: { type: 'string', value: 'ID', help: 'carrier or PBX, see: voxbox trunks presets' },
    username: { type: 'string', value: 'NAME', help: 'without a preset: user name it signs in with here' },
    password: { type: 'string', value: 'PASSWORD', help: 'its password; --password-stdin keeps it private' },
    ...valueFlags,
  },
  async run(call) {
    const { config, json, io, text } = call;
    const body = text('preset') === undefined ? await plainTrunk(call) : await presetTrunk(call);
    const { trunk } = await writeLine(config(), {
      method: 'trunk.create',
      body,
      alone: (lines) => lines.createTrunk(body),
    });
    io.out(json ? `${JSON.stringify({ trunk }, null, 2)}\n` : trunkTable([trunk]));
    return 0;
  },
};

export const trunksChange: Command = {
  name: 'trunks change',
  summary: 'Change a trunk, or switch it on or off',
  operands: '<id>',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'what you call it' },
    ...valueFlags,
    on: { type: 'boolean', help: 'switch it on' },
    off: { type: 'boolean', help: 'switch it off: it neither rings in nor out' },
  },
  async run(call) {
    const { config, json, io, text, has, positionals } = call;
    const [id = ''] = positionals;
    if (has('on') && has('off')) throw new UsageError('trunks change takes --on or --off.');
    const enabled = has('on') ? true : has('off') ? false : undefined;
    const password = has('password-stdin') ? await readSecret(io, 'Password: ') : undefined;
    const body = checked(trunkChangeModel, given({ ...values(call), name: text('name'), enabled, password }));
    if (Object.keys(body).length === 0) throw new UsageError('trunks change needs something to change.');
    const { trunk } = await writeLine(config(), {
      method: 'trunk.change',
      id,
      body,
      alone: (lines) => lines.changeTrunk(id, body),
    });
    io.out(json ? `${JSON.stringify({ trunk }, null, 2)}\n` : trunkTable([trunk]));
    return 0;
  },
};

/** A phone or PBX that signs in here with a password, or is known by its address. */
async function plainTrunk({ io, text, has }: Call): Promise<z.infer<typeof newTrunkModel>> {
  const [name, address, username] = [text('name'), text('address'), text('username')];
  if (name === undefined || (address === undefined) === (username === undefined)) {
    throw new UsageError(
      'trunks add needs --name and --preset, or either --address or --username with a password.',
    );
  }
  if (address !== undefined) return checked(newTrunkModel, { name, address });
  const password = has('password-stdin') ? await readSecret(io, 'Password: ') : text('password');
  const parsed = newTrunkModel.safeParse({ name, username, password });
  if (parsed.success) return parsed.data;
  throw new VoxboxError('input_invalid', 'a password has 8 to 128 characters and goes with --username.');
}

async function presetTrunk(call: Call): Promise<z.infer<typeof newTrunkModel>> {
  const { config, io, text, has } = call;
  const [name, id] = [text('name'), text('preset')];
  if (name === undefined) throw new UsageError('trunks add needs --name NAME.');
  const { presets } = await readLines(config(), (lines) => lines.presets());
  const preset = presets.find((one) => one.id === id);
  if (!preset) throw new UsageError(`--preset takes ${presets.map((one) => one.id).join(', ')}.`);
  const chosen = {
    ...values(call),
    authUsername: text('auth-username') ?? text('username'),
  };
  const missing = preset.fields.find(
    (field) =>
      field.required &&
      !field.secret &&
      Object.entries(chosen).every(([key, value]) => key !== field.name || value === undefined),
  );
  if (missing) {
    throw new UsageError(`${preset.name} needs ${flagOf(missing.name)}: ${missing.label}. ${missing.help}`);
  }
  const asks = preset.fields.some(
    (field) => field.secret && (field.required || chosen.authUsername !== undefined),
  );
  const typed = has('password-stdin') || (asks && text('password') === undefined);
  const password = typed ? await readSecret(io, 'Password: ') : text('password');
  return checked(newTrunkModel, given({ ...chosen, name, preset: preset.id, password }));
}

const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function values({ text }: Call) {
  const number = (flag: string): number | undefined => {
    const value = text(flag);
    if (value === undefined) return undefined;
    if (!/^\d{1,7}$/.test(value)) throw new UsageError(`--${flag} takes a whole number.`);
    return Number(value);
  };
  return {
    host: text('host'),
    port: number('port'),
    transport: text('transport'),
    outboundProxy: text('outbound-proxy'),
    authUsername: text('auth-username'),
    addresses: list(text('address')),
    codecs: list(text('codecs')),
    srtp: text('srtp'),
    dtmf: text('dtmf'),
    callerId: text('caller-id'),
    maxCalls: number('max-calls'),
    priority: number('priority'),
    registerIntervalS: number('register-interval'),
  };
}

const given = (object: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const deepest = issue?.code === 'invalid_union' ? (issue.errors.at(-1)?.[0] ?? issue) : issue;
  throw new VoxboxError(
    'input_invalid',
    `${deepest?.path.join('.') || 'trunk'}: ${deepest?.message ?? 'not valid'}`,
  );
}

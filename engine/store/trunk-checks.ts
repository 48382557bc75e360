import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Trunk } from './model.ts';

/** One spelling for each address; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
export const canonicalAddress = (address: string): string =>
  address
    .trim()
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '');

const isAddressOrRange = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  // Nobody's carrier sends from a quarter of the internet: a slip of the pen must not open the box.
  return (
    bits === undefined ||
    (/^\d{1,3}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= (family === 4 ? 32 : 128))
  );
};

/** @param range an address or CIDR range, canonical */
export function covers(range: string, address: string): boolean {
  const [start = '', bits] = range.split('/');
  if (bits === undefined) return start === address;
  const family = isIP(address);
  if (family === 0 || family !== isIP(start)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(start, Number(bits), type);
  return list.check(address, type);
}

const hostName = z
  .string()
  .max(253)
  .refine(
    (host) =>
      isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 ||
      /^(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i.test(host),
    'must be a host name or IP address, without sip: and port',
  );
const account = z
  .string()
  .regex(/^[^\s"<>@:;,]{1,120}$/, 'must be a name without spaces, @ or punctuation marks');

const trunkSchema = z
  .object({
    name: z.string().trim().min(1).max(60),
    kind: z.enum(['address', 'digest', 'registration']),
    preset: z.string().regex(/^[a-z0-9-]{1,40}$/),
    enabled: z.boolean(),
    underTest: z.boolean(),
    addresses: z
      .array(
        z.string().refine(isAddressOrRange, { error: ({ input }) => `${input} is no IP address or range` }),
      )
      .max(200),
    username: account.nullable(),
    ha1: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
      .nullable(),
    host: hostName.nullable(),
    port: z.number().int().min(1).max(65535).nullable(),
    transport: z.enum(['udp', 'tcp', 'tls']),
    outboundProxy: z
      .string()
      .regex(/^[a-z0-9.[\]:-]{1,260}$/i, 'must be host or host:port')
      .nullable(),
    authUsername: account.nullable(),
    hasPassword: z.boolean(),
    registerIntervalS: z.number().int().min(60).max(86_400),
    codecs: z
      .array(z.enum(['PCMU', 'PCMA', 'G722', 'opus']))
      .min(1)
      .refine((codecs) => new Set(codecs).size === codecs.length, 'one is named twice'),
    srtp: z.enum(['off', 'optional', 'required']),
    dtmf: z.enum(['rfc4733', 'info', 'inband']),
    callerId: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, for example +15555550100')
      .nullable(),
    maxCalls: z.number().int().min(1).max(1000).nullable(),
    priority: z.number().int().min(0).max(1000),
  })
  .superRefine((trunk, { addIssue }) => {
    const need = (fine: boolean, path: string, message: string): void => {
      if (!fine) addIssue({ code: 'custom', path: [path], message });
    };
    need(trunk.kind !== 'address' || trunk.addresses.length > 0, 'addresses', 'this kind of trunk needs one');
    need(trunk.kind !== 'digest' || trunk.username !== null, 'username', 'this kind of trunk needs one');
    need((trunk.username === null) === (trunk.ha1 === null), 'password', 'goes with the user name');
    if (trunk.kind !== 'registration') return;
    need(trunk.host !== null, 'host', 'a registration needs one');
    need(trunk.authUsername !== null, 'authUsername', 'a registration needs one');
    need(trunk.hasPassword, 'password', 'a registration needs one');
  });

/** @throws VoxboxError `input_invalid` naming the first offending value */
export function checkTrunk(trunk: Trunk): void {
  const parsed = trunkSchema.safeParse(trunk);
  if (parsed.success) return;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? 'trunk');
  throw new VoxboxError('input_invalid', `${name}: ${issue?.message ?? 'not valid'}`);
}

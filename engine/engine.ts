import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startApi } from './api/index.ts';
import { createRegistry, inboundCall, startServing } from './call/index.ts';
import { type Config, createLog, systemClock, systemIds } from './foundation/index.ts';
import { connectCallControl, createDigest, sipRealm, startSip } from './sip/index.ts';
import { ensureDemoTenant, openBox } from './store/index.ts';

export interface Engine {
  readonly httpPort: number;
  readonly sipPort: number;
  readonly logFile: string;
  /** Settles when calls are taken, or when it is clear that they are not for now. */
  readonly ready: Promise<void>;
  /** Why no calls are taken, in words; null when they are. */
  trouble(): string | null;
  /** Idempotent. Calls in progress are ended and their records closed. */
  stop(): Promise<void>;
}

/** Voice of messages that belong to no tenant. */
const defaultVoice = 'piper-en-us-joe-medium';

/**
 * Builds the parts and hands each the short interface it needs. Missing or damaged models do not keep
 * the engine down: the page says what is wrong, calls get 503, and it goes on as soon as they are there.
 *
 * @throws VoxboxError `data_dir_locked`, `data_dir_unwritable`, `database_broken`, `port_in_use`
 */
export async function startEngine(config: Config): Promise<Engine> {
  const { dataDir } = config;
  const parts: { readonly name: string; readonly stop: () => unknown }[] = [];
  const started = <T>(name: string, part: T, stop: (part: T) => unknown): T => {
    parts.push({ name, stop: () => stop(part) });
    return part;
  };
  const stop = async (): Promise<void> => {
    for (let part = parts.pop(); part; part = parts.pop()) {
      try {
        await part.stop();
      } catch (error) {
        log.error({ err: error, part: part.name }, 'a part did not stop cleanly');
      }
    }
  };

  // Before the data directory is known to be good, nothing may be written into it: not even the log.
  const bootLog = createLog({ level: config.logLevel === 'silent' ? 'silent' : 'warn' });
  const common = { clock: systemClock, ids: systemIds };
  const box = started('store', openBox({ dataDir, ...common, log: bootLog }), (part) => part.close());
  const logFile = join(dataDir, 'logs', 'engine.log');
  const log = createLog({ level: config.logLevel, file: logFile, keepPersonalData: config.logPersonalData });

  try {
    ensureDemoTenant(box);
    const interrupted = box.tenants
      .list()
      .reduce((sum, { id }) => sum + box.tenant(id).calls.markInterrupted(), 0);
    if (interrupted > 0) log.warn({ interrupted }, 'calls were interrupted when the engine last ended');

    const sip = started('sip', await startSip({ host: config.sipHost, port: config.sipPort, log }), (part) =>
      part.stop(),
    );
    const control = { host: sip.controlHost, port: sip.controlPort, secret: sip.controlSecret };
    const srf = started('call control', await connectCallControl(control), (part) => part.disconnect());
    const serving = started('calls', startServing({ config, box, log }), (part) => part.stop());
    const registry = createRegistry(systemClock);
    const api = started(
      'api',
      await startApi({
        host: config.httpHost,
        port: config.httpPort,
        box,
        live: registry,
        health: () => ({
          ...serving.health(),
          sipAddress: `${config.sipHost}:${sip.port}`,
          capacity: config.maxCalls,
        }),
        dataDir,
        log,
      }),
      (part) => part.stop(),
    );
    box.announce({ host: config.httpHost, port: api.port });

    const secret = createHash('sha256').update(randomBytes(32)).digest('hex');
    const digest = createDigest({ realm: sipRealm, secret, clock: systemClock });
    const running = new Set<Promise<void>>();
    const stopping = started('calls in progress', new AbortController(), async (part) => {
      part.abort();
      await Promise.allSettled(running);
    });
    const { maxCalls, trustLoopback } = config;
    const house = {
      ...{ srf, box, registry, digest, log, ...common, dataDir, maxCalls, trustLoopback, defaultVoice },
      mediaHost: config.sipHost,
    };
    srf.invite((req, res) => {
      const worker = serving.worker();
      if (!worker || stopping.signal.aborted) {
        res.send(503, { headers: { 'Retry-After': '10' } });
        return;
      }
      const call = inboundCall(req, res, { ...house, worker, stopping: stopping.signal })
        .catch((error: unknown) => {
          log.error({ err: error }, 'an inbound call failed');
          if (!res.finalResponseSent) res.send(500);
        })
        .finally(() => running.delete(call));
      running.add(call);
    });
    const { port: httpPort } = api;
    return { httpPort, sipPort: sip.port, logFile, ready: serving.ready, trouble: serving.trouble, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

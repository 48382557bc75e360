import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApi } from './api/index.ts';
import {
  createDefence,
  createLadderLookup,
  createLineDoctor,
  createRegistry,
  createTraceBook,
  inboundCall,
  startServing,
  startTrunkLines,
} from './call/index.ts';
import {
  type Config,
  createLog,
  type Log,
  splitHostPort,
  systemClock,
  systemIds,
  VoxboxError,
} from './foundation/index.ts';
import { createMedia } from './media/index.ts';
import {
  askStun,
  type CallControlTarget,
  connectCallControl,
  createDigest,
  createRegistrar,
  isPrivateAddress,
  localAddressFor,
  type SipServerOptions,
  sipRealm,
  startSip,
} from './sip/index.ts';
import { type Box, ensureDemoTenant, openBox } from './store/index.ts';

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
const stunTimeoutMs = 4000;

/**
 * Builds the parts and hands each the short interface it needs. Missing or damaged models do not keep
 * the engine down: the page says what is wrong, calls get 503, and it goes on as soon as they are there.
 *
 * @throws VoxboxError `data_dir_locked`, `data_dir_unwritable`, `database_broken`, `port_in_use`,
 *   `call_control_unreachable`, `certificate_invalid`
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

    const { maxCalls, trustLoopback } = config;
    const traces = createTraceBook();
    // What is known of a source comes from parts that need the SIP server themselves.
    const known = {
      lines: null as ReturnType<typeof startTrunkLines> | null,
      external: await askExternal(config, log),
    };
    const externalAddress = (): string | null => known.external ?? known.lines?.externalAddress() ?? null;
    const secret = createHash('sha256').update(randomBytes(32)).digest('hex');
    const digest = createDigest({ realm: sipRealm, secret, clock: systemClock });
    const registrar = started(
      'registrar',
      createRegistrar({
        ...{ digest, log, clock: systemClock },
        ports: {
          ...box.phones.bindings,
          ha1Of: (username) => box.phones.findByUsername(username)?.ha1 ?? null,
        },
      }),
      (part) => part.stop(),
    );
    const defence = started(
      'defence',
      createDefence({
        ...{ clock: systemClock, bans: box.bans, log, trustLoopback },
        onEvent: (listener) => box.onEvent(listener),
        registrations: {
          load: () => box.phones.bindings.load(),
          onChange: (listener) => registrar.onChange(listener),
        },
        standingOf: (address) => (known.lines?.trunkOf({ address, requestUser: '' }) ? 'trunk' : 'unknown'),
      }),
      (part) => part.stop(),
    );
    const sip = await startSignalling(config, { log, guard: defence, onTrace: traces.add, externalAddress });
    started('sip', sip, (part) => part.stop());
    const srf = started('call control', await connectCallControl(sip.control, log), (part) =>
      part.disconnect(),
    );
    srf.register((req, res) => registrar.handle(req, res));
    const lines = started('trunks', startTrunkLines({ box, srf, clock: systemClock, log }), (part) =>
      part.stop(),
    );
    known.lines = lines;
    const mediaAddressFor = (peer: string): string =>
      (isPrivateAddress(peer) ? null : externalAddress()) ?? localAddressFor(config.sipHost, peer);
    const doctor = createLineDoctor({
      ...{ srf, traces, mediaAddressFor, log, ...common },
      openMedia: () =>
        createMedia({ host: config.sipHost, portMin: config.rtpPortMin, portMax: config.rtpPortMax, log }),
      trunk: (id) => box.trunks.get(id),
      password: (id) => box.trunks.password(id),
      registration: (id) => lines.registration(id),
      markUnderTest: (id, underTest) => void box.trunks.change(id, { underTest }),
    });
    const serving = started('calls', startServing({ config, box, log }), (part) => part.stop());
    const registry = createRegistry(systemClock);
    const api = started(
      'api',
      await startApi({
        host: config.httpHost,
        port: config.httpPort,
        box,
        live: registry,
        controls: registry.liveControls,
        lines: lines.lines,
        defence,
        lineTests: { test: doctor.test, ladder: createLadderLookup(traces, (id) => sipCallIdOf(box, id)) },
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

    const running = new Set<Promise<void>>();
    const stopping = started('calls in progress', new AbortController(), async (part) => {
      part.abort();
      await Promise.allSettled(running);
    });
    const house = {
      ...{ srf, box, lines, registrar, registry, digest, log, ...common, dataDir, maxCalls, trustLoopback },
      ...{ defaultVoice, externalAddress, random: Math.random },
      isTestCall: doctor.isOwnCall,
      mediaHost: config.sipHost,
    };
    srf.invite((req, res) => {
      if (stopping.signal.aborted) {
        res.send(503, { headers: { 'Retry-After': '10' } });
        return;
      }
      const call = inboundCall(req, res, { ...house, worker: serving.worker(), stopping: stopping.signal })
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

interface Signalling {
  readonly control: CallControlTarget;
  /** 0 where an external server listens. */
  readonly port: number;
  stop(): Promise<void>;
}

/** The embedded SIP server, or the way to the external one that the configuration names. */
async function startSignalling(
  config: Config,
  watch: Required<Pick<SipServerOptions, 'log' | 'guard' | 'onTrace' | 'externalAddress'>>,
): Promise<Signalling> {
  const { sipControlServer, sipControlSecret } = config;
  const external = sipControlServer === undefined ? null : splitHostPort(sipControlServer);
  if (external) {
    watch.log.info({ server: sipControlServer }, 'an external sip server carries the calls');
    return {
      control: { ...external, secret: sipControlSecret ?? '' },
      port: config.sipPort,
      stop: async () => {},
    };
  }
  const tls = tlsOf(config);
  const sip = await startSip({
    host: config.sipHost,
    port: config.sipPort,
    ...watch,
    ...(tls ? { tls } : {}),
  });
  return {
    control: { host: sip.controlHost, port: sip.controlPort, secret: sip.controlSecret },
    port: sip.port,
    stop: () => sip.stop(),
  };
}

/** @throws VoxboxError `certificate_invalid` where a file cannot be read */
function tlsOf(config: Config): SipServerOptions['tls'] {
  const { sipTlsKey, sipTlsCert, sipTlsPort } = config;
  if (sipTlsKey === undefined || sipTlsCert === undefined) return undefined;
  try {
    return { port: sipTlsPort, key: readFileSync(sipTlsKey, 'utf8'), cert: readFileSync(sipTlsCert, 'utf8') };
  } catch (cause) {
    throw new VoxboxError('certificate_invalid', 'the TLS key or certificate cannot be read', { cause });
  }
}

const sipCallIdOf = (box: Box, callId: string): string | null =>
  box.tenants
    .list()
    .map(({ id }) => box.tenant(id).calls.find(callId)?.sipCallId)
    .find((sipCallId) => sipCallId !== undefined) ?? null;

/** The address under which the internet sees the box, as configured or asked for; null where neither tells. */
async function askExternal(config: Config, log: Log): Promise<string | null> {
  if (config.sipExternalAddress !== undefined) return config.sipExternalAddress;
  if (config.stunServer === undefined) return null;
  const seen = await askStun({ server: config.stunServer, timeoutMs: stunTimeoutMs });
  if (!seen) log.warn({ server: config.stunServer }, 'the STUN server does not answer');
  return seen?.address ?? null;
}

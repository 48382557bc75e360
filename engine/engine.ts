import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { listVoices } from '../models/index.ts';
import { createVoiceVendors, type Entrance, makeEntrance, newToken, startApi } from './api/index.ts';
import { type CalendarSync, startCalendarSync, startMailer } from './calendar/index.ts';
import {
  askExternal,
  createDefence,
  createGuesses,
  createLadderLookup,
  createLineDoctor,
  createPlacing,
  createRegistry,
  createTalks,
  createTraceBook,
  type Defence,
  keepGreetingsReady,
  type LineDoctor,
  type Placing,
  type Serving,
  startAfterCall,
  startServing,
  startSignalling,
  startTrunkLines,
  type Talks,
  type TraceBook,
  type TrunkLines,
  takeCalls,
  tlsTrustOf,
} from './call/index.ts';
import {
  type Config,
  createLog,
  type Log,
  productVersion,
  systemClock,
  systemIds,
  VoxboxError,
} from './foundation/index.ts';
import { startPageWatch } from './knowledge/index.ts';
import { createMedia } from './media/index.ts';
import { createRehearsals } from './rehearsal/index.ts';
import {
  connectCallControl,
  createDigest,
  createRegistrar,
  type Digest,
  isPrivateAddress,
  keepPhonesReachable,
  localAddressFor,
  type Registrar,
  type Srf,
  sipRealm,
} from './sip/index.ts';
import { type Box, ensureDemoTenant, openBox, type TenantStore } from './store/index.ts';

export interface Engine {
  readonly httpPort: number;
  readonly sipPort: number;
  readonly logFile: string;
  /** Settles when calls are taken, or when it is clear that they are not for now. */
  readonly ready: Promise<void>;
  /** Why no calls are taken, in words; null when they are. */
  trouble(): string | null;
  /** For whoever started it: one way in. Each time a new one. */
  entrance(): Entrance;
  /** Idempotent. Calls in progress are ended and their records closed. */
  stop(): Promise<void>;
}

/** Voice of messages that belong to no tenant. */
const defaultVoice = 'piper-en-us-joe-medium';

/**
 * Builds the parts and hands each the short interface it needs. Missing or damaged models do not keep
 * the engine down: the page says what is wrong, calls get 503, and it goes on as soon as they are there.
 *
 * @throws VoxboxError `data_dir_locked`, `data_dir_unwritable`, `database_broken`, `port_in_use`,
 *   `call_control_unreachable`, `certificate_invalid`
 */
export async function startEngine(config: Config): Promise<Engine> {
  const { dataDir, logLevel } = config;
  // Before the data directory is known to be good, nothing may be written into it: not even the log.
  const bootLog = createLog({ level: logLevel === 'silent' ? 'silent' : 'warn' });
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: bootLog });
  const logFile = join(dataDir, 'logs', 'engine.log');
  const log = createLog({ level: logLevel, file: logFile, keepPersonalData: config.logPersonalData });
  const parts = new StartedParts(log);
  parts.add('store', box, (part) => part.close());
  try {
    settleBox(box, log);
    const house = { config, box, log, parts };
    const line = await startLine(house);
    const doctor = createDoctor(line, house);
    const serving = parts.add('calls', startServing({ config, box, log }), (part) => part.stop());
    parts.add('greetings', keepGreetingsReady({ box, serving, log }), (part) => part.stop());
    const afterCall = { box, dataDir, log, clock: systemClock, inference: serving.inference };
    parts.add('after calls', startAfterCall(afterCall), (part) => part.stop());
    const mailer = startMailer({ stores: () => mailingTenants(box), clock: systemClock, log });
    parts.add('mail', mailer, (part) => part.stop());
    const calendars = startCalendars(house);
    const registry = createRegistry(systemClock);
    const { maxCalls, trustLoopback, sipHost: mediaHost } = config;
    const ours = { box, registry, dataDir, maxCalls, log, clock: systemClock, ids: systemIds };
    const embed = embedderOf(serving);
    const pages = { stores: () => storesOf(box), embed, log, clock: systemClock, ids: systemIds };
    parts.add('pages', startPageWatch(pages), (part) => part.stop());
    const talks = parts.add('talks', createTalks({ ...ours, embed }, serving), (part) => part.stop());
    const { srf, lines, registrar, digest, externalAddress } = line;
    const way = { srf, lines, registrar, mediaHost, externalAddress, random: Math.random };
    const placing = parts.add('placed calls', createPlacing({ ...ours, ...way }, serving.worker), (part) =>
      part.stop(),
    );
    const shown = { line, doctor, serving, registry, talks, placing, calendars };
    const api = await startPage(shown, house);
    const calls = takeCalls(
      {
        ...{ ...ours, ...way, digest, embed },
        ...{ trustLoopback, defaultVoice, isTestCall: doctor.isOwnCall },
      },
      serving,
    );
    parts.add('calls in progress', calls, (part) => part.stop());
    const { ready, trouble } = serving;
    const stop = (): Promise<void> => parts.stop();
    const entrance = (): Entrance => makeEntrance(box);
    return { httpPort: api.port, sipPort: line.sipPort, logFile, ready, trouble, entrance, stop };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** Who has invitations and reminders to send. */
const mailingTenants = (box: Box) =>
  box.tenants.list().map(({ id, name, timeZone, language }) => {
    const store = box.tenant(id);
    const business = {
      ...{ name, timeZone, email: null, language },
      // Read only where there is mail: this is asked for in every round.
      get address() {
        return store.playbook().address;
      },
    };
    return { store, business };
  });

const storesOf = (box: Box): TenantStore[] => box.tenants.list().map(({ id }) => box.tenant(id));

/** Calendars elsewhere, which hear of what is booked here soon. */
function startCalendars({ box, log, parts }: House): CalendarSync {
  const stores = () => storesOf(box);
  const sync = startCalendarSync({ stores, clock: systemClock, ids: systemIds, log });
  const leave = box.onEvent(({ type, tenantId }) => {
    const matters = type.startsWith('appointment.') || type === 'tenant.region-changed';
    if (matters && tenantId !== null) sync.nudge(tenantId);
  });
  return parts.add('calendars', sync, async (part) => {
    leave();
    await part.stop();
  });
}

/** Whatever model is there at the time. */
const embedderOf =
  (serving: Serving) =>
  async (texts: readonly string[]): Promise<readonly Float32Array[]> => {
    const inference = serving.inference();
    if (!inference) throw new VoxboxError('inference_unavailable', 'the models are not there');
    return await inference.embed(texts, { priority: 'embedding' });
  };

/** What was started, to be stopped in reverse order. */
class StartedParts {
  readonly #parts: { readonly name: string; readonly stop: () => unknown }[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add<T>(name: string, part: T, stop: (part: T) => unknown): T {
    this.#parts.push({ name, stop: () => stop(part) });
    return part;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      try {
        await part.stop();
      } catch (error) {
        this.#log.error({ err: error, part: part.name }, 'a part did not stop cleanly');
      }
    }
  }
}

/** What every part is built with. */
interface House {
  readonly config: Config;
  readonly box: Box;
  readonly log: Log;
  readonly parts: StartedParts;
}

function settleBox(box: Box, log: Log): void {
  ensureDemoTenant(box);
  const interrupted = box.tenants
    .list()
    .reduce((sum, { id }) => sum + box.tenant(id).calls.markInterrupted(), 0);
  if (interrupted > 0) log.warn({ interrupted }, 'calls were interrupted when the engine last ended');
}

/** The way to carriers and phones: signalling, who signs in, who is kept out, and the trunks. */
interface Line {
  readonly srf: Srf;
  readonly sipPort: number;
  readonly digest: Digest;
  readonly registrar: Registrar;
  readonly defence: Defence;
  readonly lines: TrunkLines;
  readonly traces: TraceBook;
  readonly externalAddress: () => string | null;
}

async function startLine({ config, box, log, parts }: House): Promise<Line> {
  const clock = systemClock;
  const traces = createTraceBook();
  // What is known of a source comes from parts that need the SIP server themselves.
  const known = { lines: null as TrunkLines | null, external: await askExternal(config, log) };
  const externalAddress = (): string | null => known.external ?? known.lines?.externalAddress() ?? null;
  const secret = createHash('sha256').update(randomBytes(32)).digest('hex');
  const { trustLoopback } = config;
  const guesses = createGuesses({ clock, trustLoopback });
  const digest = createDigest({ realm: sipRealm, secret, clock, tries: guesses });
  const ha1Of = (username: string): string | null => box.phones.findByUsername(username)?.ha1 ?? null;
  const ports = { ...box.phones.bindings, ha1Of };
  const registrar = parts.add('registrar', createRegistrar({ digest, log, clock, ports }), (part) =>
    part.stop(),
  );
  const defence = createDefence({
    ...{ clock, bans: box.bans, log, guesses, trustLoopback },
    onEvent: (listener) => box.onEvent(listener),
    registrations: {
      load: () => box.phones.bindings.load(),
      onChange: (listener) => registrar.onChange(listener),
    },
    standingOf: (address) => (known.lines?.trunkOf({ address, requestUser: '' }) ? 'trunk' : 'unknown'),
  });
  parts.add('defence', defence, (part) => part.stop());
  const watch = { log, guard: defence, onTrace: traces.add, externalAddress };
  const sip = parts.add('sip', await startSignalling(config, watch), (part) => part.stop());
  const control = await connectCallControl(sip.control, log);
  const srf = parts.add('call control', control, (part) => part.disconnect());
  srf.register((req, res) => registrar.handle(req, res));
  parts.add('phones behind NAT', keepPhonesReachable({ registrar, srf }), (part) => part.stop());
  const lines = parts.add('trunks', startTrunkLines({ box, srf, clock, log }), (part) => part.stop());
  known.lines = lines;
  return { srf, sipPort: sip.port, digest, registrar, defence, lines, traces, externalAddress };
}

function createDoctor(
  { srf, traces, lines, externalAddress }: Line,
  { config, box, log }: House,
): LineDoctor {
  const { sipHost: host, rtpPortMin: portMin, rtpPortMax: portMax } = config;
  return createLineDoctor({
    tlsTrust: tlsTrustOf(config),
    ...{ srf, traces, log, clock: systemClock, ids: systemIds },
    mediaAddressFor: (peer) =>
      (isPrivateAddress(peer) ? null : externalAddress()) ?? localAddressFor(host, peer),
    openMedia: () => createMedia({ host, portMin, portMax, log }),
    trunk: (id) => box.trunks.get(id),
    password: (id) => box.trunks.password(id),
    registration: (id) => lines.registration(id),
    markUnderTest: (id, underTest) => void box.trunks.change(id, { underTest }),
  });
}

/** The page, and what it is told of. */
async function startPage(
  shown: {
    readonly line: Line;
    readonly doctor: LineDoctor;
    readonly serving: Serving;
    readonly registry: ReturnType<typeof createRegistry>;
    readonly talks: Talks;
    readonly placing: Placing;
    readonly calendars: CalendarSync;
  },
  { config, box, log, parts }: House,
): ReturnType<typeof startApi> {
  const { line, doctor, serving, registry, talks, placing, calendars } = shown;
  const { lines, defence, traces, sipPort } = line;
  const version = productVersion();
  const localKey = newToken();
  const rehearsals = createRehearsals({ embed: embedderOf(serving), log });
  parts.add('rehearsals', rehearsals, (part) => part.stop());
  const api = await startApi({
    ...{ host: config.httpHost, port: config.httpPort, box, dataDir: config.dataDir, log },
    localKey,
    live: registry,
    controls: registry.liveControls,
    startTalk: talks.start,
    placing,
    calendars,
    lines: lines.lines,
    defence,
    providers: { health: serving.providerHealth, inference: serving.inference },
    voices: {
      local: () => listVoices(config.modelsDir),
      inference: serving.inference,
      vendors: createVoiceVendors(box.providers),
      ...{ clock: systemClock, ids: systemIds },
    },
    embed: embedderOf(serving),
    rehearsals,
    models: { modelsDir: config.modelsDir },
    useModel: serving.useModel,
    lineTests: { test: doctor.test, ladder: createLadderLookup(traces, (id) => sipCallIdOf(box, id)) },
    health: () => ({
      ...serving.health(),
      sipAddress: `${config.sipHost}:${sipPort}`,
      capacity: config.maxCalls,
      version,
    }),
  });
  box.announce({ host: config.httpHost, port: api.port, key: localKey });
  return parts.add('api', api, (part) => part.stop());
}

const sipCallIdOf = (box: Box, callId: string): string | null =>
  box.tenants
    .list()
    .map(({ id }) => box.tenant(id).calls.find(callId)?.sipCallId)
    .find((sipCallId) => sipCallId !== undefined) ?? null;

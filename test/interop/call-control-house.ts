import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeWorker } from '../../engine/call/fake-worker.ts';
import {
  createPlacing,
  createRegistry,
  type InboundParts,
  inboundCall,
  startSignalling,
  startTrunkLines,
} from '../../engine/call/index.ts';
import {
  type Clock,
  loadConfig,
  type StoredEvent,
  silentLog,
  systemClock,
  systemIds,
} from '../../engine/foundation/index.ts';
import { createMedia, createMediaThread, type Media } from '../../engine/media/index.ts';
import {
  acceptAnswer,
  buildAnswer,
  buildOffer,
  connectCallControl,
  createDigest,
  ha1Of,
  negotiateAudio,
  parseOffer,
  type SrfRequest,
  type SrfResponse,
  sipRealm,
  startSip,
} from '../../engine/sip/index.ts';
import { ensureDemoTenant, openBox, type Tenant } from '../../engine/store/index.ts';
import { callerNumber, host, own, Party, QuickInference, tones, until } from './call-control-party.ts';
import type { FaultyInference, Stage } from './faulty-inference.ts';
import { type ControlServer, embeddedServer } from './peers/control-servers.ts';

export type CallHouse = Awaited<ReturnType<typeof startCallHouse>>;

export interface HouseOptions {
  /** Where its calls are signalled; the embedded server where left out. */
  readonly server?: ControlServer;
  /** Most that the box, and that the outside may have. */
  readonly legs?: number;
  /** The box's media on a thread of its own, as in the engine; `mediaClock` is not for that one. */
  readonly ownThread?: boolean;
  readonly mediaClock?: Clock;
  /** The models; quick ones where left out. */
  readonly inference?: FaultyInference;
}

/** A box without models or API, and an outside with callers, phones and carriers; signalling and media are real. */
export async function startCallHouse(options: HouseOptions = {}) {
  const { server = embeddedServer, legs = 100, ownThread = false, mediaClock = systemClock } = options;
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-control-'));
  let opened = 0;
  let closed = 0;
  const inference: QuickInference = options.inference ?? new QuickInference();
  let toolFault: 'stall' | 'kill' | null = null;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const events: StoredEvent[] = [];
  const limits = { maxCalls: 4, hasAgents: true };
  /** What happens to an INVITE that the box sends, by its user. */
  const behaviours = new Map<string, (req: SrfRequest, res: SrfResponse) => unknown>();
  const invited: SrfRequest[] = [];
  const parties = new Set<Party>();

  // A disk that takes its time would hold up the sound of every house in this process.
  const box = openBox({
    ...{ dataDir: join(folder, 'data'), clock: systemClock, ids: systemIds, log: silentLog },
    temporary: true,
  });
  ensureDemoTenant(box);
  const tenant = box.tenants.list()[0] as Tenant;
  const store = box.tenant(tenant.id);
  box.onEvent((event) => events.push(event));
  const peer = await server.start();
  const config = loadConfig({ dataDir: join(folder, 'data'), ...peer.settings }, {});
  const sip = await startSignalling(config, {
    ...{ log: silentLog, onTrace: () => {}, externalAddress: () => null },
    guard: { admits: () => true, inspect: () => 'take', answered: () => {} },
  });
  const outsideSip = await startSip({ host, port: 0, log: silentLog });
  const srf = await connectCallControl(sip.control);
  const outside = await connectCallControl({
    host: outsideSip.controlHost,
    port: outsideSip.controlPort,
    secret: outsideSip.controlSecret,
  });
  const ports = 24_000 + 2 * Math.floor(Math.random() * 3000);
  const range = { host, portMin: ports, portMax: ports + 2 * legs - 1 };
  const room = ownThread
    ? createMediaThread({ ...range, log: { level: 'silent' } })
    : createMedia({ ...range, clock: mediaClock, log: silentLog });
  const media: Media = {
    ...room,
    bridge: () => room.bridge(),
    stop: () => room.stop(),
    openLeg: async () => {
      const leg = await room.openLeg();
      opened += 1;
      const stop = leg.stop.bind(leg);
      let counted = false;
      leg.stop = async () => {
        await stop();
        if (!counted) closed += 1;
        counted = true;
      };
      return leg;
    },
  };
  const outsideMedia = createMedia({
    ...{ host, log: silentLog },
    ...{ portMin: ports + 2 * legs, portMax: ports + 4 * legs - 1 },
  });
  const sound = await createFakeWorker({
    inference,
    media,
    phraseDir: join(folder, 'phrases'),
    log: silentLog,
  });
  const worker: typeof sound = {
    ...sound,
    toolDone: (callId, request, result) => {
      if (toolFault === null) sound.toolDone(callId, request, result);
      else if (toolFault === 'kill')
        sound.toolFailed(callId, request, { code: 'database_broken', message: 'the tool was made to fail' });
    },
  };
  const fail = (stage: Stage | 'tool', fault: 'stall' | 'kill'): void => {
    if (stage === 'tool') toolFault = fault;
    else options.inference?.faults.set(stage, fault);
  };
  const mend = (): void => {
    toolFault = null;
    options.inference?.faults.clear();
  };
  for (const username of ['lee', 'desk', 'third']) {
    const phone = {
      tenantId: tenant.id,
      username,
      label: username,
      extension: String(101 + username.length),
    };
    box.phones.add({ ...phone, ha1: ha1Of(username, 'secret') });
  }
  box.transferTargets.add({
    tenantId: tenant.id,
    name: 'Dr. Lee',
    aliases: [],
    kind: 'phone',
    target: 'lee',
  });
  const lines = startTrunkLines({ box, srf, clock: systemClock, log: silentLog });
  const registry = createRegistry(systemClock);
  const house: InboundParts = {
    ...{ srf, box, worker, lines, registry, clock: systemClock, ids: systemIds, log: silentLog },
    registrar: {
      bindingsOf: (username) => {
        if (!behaviours.has(username)) return [];
        const place = `${host}:${outsideSip.port}`;
        const lasting = { expiresAtMs: Number.MAX_SAFE_INTEGER, callId: 'x', cseq: 1, userAgent: null };
        return [{ aor: username, contact: `sip:${username}@${place}`, flow: `udp/${place}`, ...lasting }];
      },
    },
    digest: createDigest({ realm: sipRealm, secret: 'test', clock: systemClock }),
    dataDir: join(folder, 'data'),
    mediaHost: host,
    externalAddress: () => null,
    random: Math.random,
    embed: () => Promise.reject(new Error('no models here')),
    get maxCalls() {
      return limits.maxCalls;
    },
    get hasAgents() {
      return limits.hasAgents;
    },
    trustLoopback: true,
    stopping: stopping.signal,
    defaultVoice: 'voice',
    isTestCall: () => false,
  };
  const placing = createPlacing(house, () => worker);
  srf.invite((req, res) => {
    const call = inboundCall(req, res, house).finally(() => running.delete(call));
    running.add(call);
  });
  outside.invite((req, res) => {
    invited.push(req);
    const user = /^sip:([^@]*)@/.exec(req.uri)?.[1] ?? '';
    const behaviour = behaviours.get(user);
    if (behaviour) behaviour(req, res);
    else res.send(404);
  });

  const reset = (): void => {
    behaviours.clear();
    events.length = 0;
    invited.length = 0;
    inference.said = [];
    inference.heard = [];
    inference.spoken = [];
    limits.maxCalls = 4;
    limits.hasAgents = true;
  };

  /** A test that fails leaves its calls; the next one must not find them. */
  const clear = async (): Promise<void> => {
    for (const { callId } of registry.list()) await registry.liveControls(callId)?.hangUp();
    await Promise.all([...parties].map((party) => party.leg.stop()));
    parties.clear();
    for (const { id } of box.trunks.list()) box.trunks.remove(id);
    await until(() => running.size === 0).catch(() => {});
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    await placing.stop();
    await Promise.allSettled(running);
    await lines.stop();
    outside.disconnect();
    srf.disconnect();
    await outsideSip.stop();
    await sip.stop();
    await peer.stop();
    await media.stop();
    await outsideMedia.stop();
    box.close();
    rmSync(folder, { recursive: true, force: true });
  };

  const open = async (): Promise<{
    party: Party;
    own: { address: string; port: number; sessionId: number };
  }> => {
    const leg = await outsideMedia.openLeg();
    const party = new Party(leg);
    parties.add(party);
    return { party, own: { address: host, port: leg.port, sessionId: 1 } };
  };
  /** Rings the box; resolves when it answers. */
  const ring = async (
    user: string = own,
    options: {
      readonly late?: boolean;
      readonly headers?: Record<string, string>;
      readonly codecs?: readonly ('PCMU' | 'G722' | 'opus')[];
      readonly srtp?: 'required';
      /** A phone of ours that rings, with its password. */
      readonly phone?: string;
      readonly cancelAfterRinging?: boolean;
    } = {},
  ): Promise<Party> => {
    const { party, own: place } = await open();
    const from = `<sip:${options.phone ?? callerNumber}@${host}>`;
    const auth = options.phone === undefined ? {} : { auth: { username: options.phone, password: 'secret' } };
    const headers = { From: from, Allow: 'INVITE, ACK, BYE, CANCEL, REFER, NOTIFY', ...options.headers };
    const uri = `sip:${user}@${host}:${sip.port}`;
    try {
      if (options.late) {
        const late = await outside.createUAC(uri, { headers, noAck: true });
        const audio = negotiateAudio(parseOffer(late.sdp), { codecs: ['PCMU'] });
        if (!audio) throw new Error('the box offers no PCMU');
        party.begin(audio);
        party.attach(await late.ack(buildAnswer(audio, place)));
        return party;
      }
      const { codecs = ['PCMU'], srtp = 'off' } = options;
      const offer = buildOffer({ ...place, codecs, srtp });
      let sent: SrfRequest | null = null;
      const dialog = await outside.createUAC(
        uri,
        { localSdp: offer.sdp, headers, ...auth },
        {
          cbRequest: (_, request) => {
            sent = request;
          },
          cbProvisional: ({ status }) => {
            if (status === 180 && options.cancelAfterRinging) sent?.cancel();
          },
        },
      );
      const audio = acceptAnswer(offer, dialog.remote.sdp);
      if (!audio) throw new Error('the answer cannot be used');
      party.begin(audio);
      party.attach(dialog);
      return party;
    } catch (error) {
      await party.leg.stop();
      throw error;
    }
  };
  /** A phone that answers every call; resolves with its end of the first. */
  const answers = (user: string, each: (party: Party) => void = () => {}): Promise<Party> =>
    new Promise((resolve, reject) => {
      behaviours.set(user, async (req, res) => {
        const { party, own: place } = await open();
        const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU'] });
        if (!audio) return reject(new Error('no PCMU was offered'));
        res.send(180);
        party.begin(audio);
        party.attach(await outside.createUAS(req, res, { localSdp: buildAnswer(audio, place) }));
        each(party);
        resolve(party);
      });
    });
  const live = () => registry.list()[0];
  const turns = (): string[] => (live()?.turns ?? []).map(({ speaker, text }) => `${speaker}: ${text}`);
  const controls = () => {
    const found = registry.liveControls(live()?.callId ?? '');
    if (!found) throw new Error('no call can be controlled');
    return found;
  };
  const greeted = (): Promise<void> => until(() => turns().length > 0);
  const say = async (party: Party, text: string): Promise<void> => {
    const before = turns().length;
    inference.said.push(text);
    party.tone(tones.caller, 700);
    await until(() => turns().length > before);
  };
  const over = async (...parties: Party[]): Promise<void> => {
    for (const party of parties) if (!party.ended) await party.hangUp();
    await until(() => running.size === 0 && registry.count() === 0);
    for (const party of parties) await party.leg.stop();
    if (closed !== opened) throw new Error(`${opened - closed} legs are left`);
  };
  const lastCall = () => store.calls.list({ limit: 1 })[0];
  const eventsOf = (type: string): StoredEvent[] => events.filter((event) => event.type === type);

  return {
    outsidePort: outsideSip.port,
    sipPort: sip.port,
    legsLeft: () => opened - closed,
    /** What the recogniser was given, by its tones. */
    heardByAgent: () => inference.heard,
    /** Clauses that were synthesised. */
    spoken: () => inference.spoken,
    ...{ folder, box, tenant, store, registry, lines, placing, events, invited, behaviours, limits },
    ...{ fail, mend },
    ...{ reset, clear, stop, ring, answers, live, turns, controls, greeted, say, over, lastCall, eventsOf },
  };
}

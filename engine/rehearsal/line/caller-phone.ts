import { type Log, VoxboxError } from '../../foundation/index.ts';
import { createMedia, isVoiced, type Media, type MediaLeg } from '../../media/index.ts';
import {
  acceptAnswer,
  buildAnswer,
  buildOffer,
  connectCallControl,
  type NegotiatedAudio,
  negotiateAudio,
  parseOffer,
  type Srf,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
  startSip,
} from '../../sip/index.ts';
import { openLossyLine } from './lossy-line.ts';
import { mixed } from './traffic.ts';

const host = '127.0.0.1';
/** Apart from those that an engine takes where nobody says otherwise. */
const ports = { portMin: 41_000, portMax: 41_199 };
const codecs = ['PCMU'] as const;
const lineRateHz = 8000;

/** One call that was placed. Times are monotonic milliseconds. */
export interface PhoneCall {
  readonly ended: Promise<'caller' | 'agent'>;
  readonly isOver: boolean;
  /** When sound last came from the other side; when the call was answered, while there was none. */
  readonly lastVoicedMs: number;
  /** 8 kHz, mono. Resolves when it has left. */
  say(samples: Int16Array): Promise<void>;
  press(keys: string): void;
  /** Idempotent. */
  hangUp(): Promise<void>;
}

export interface CallOrder {
  /** What is dialled, and where it is answered. */
  readonly number: string;
  readonly engine: { readonly host: string; readonly port: number };
  /** E.164; null withholds it. */
  readonly from: string | null;
  /** Both sides are written there, as stereo WAV. */
  readonly recordingPath?: string;
  /** Goes on behind the caller as long as the call lasts. 8 kHz. */
  readonly background?: Int16Array;
  readonly loss?: { readonly share: number; readonly chance: () => number };
}

/** The telephones of a rehearsal: the callers', and those of the people who can be put through to. */
export interface CallerPhone {
  /** Where the people's telephones are. */
  readonly port: number;
  /** @throws VoxboxError `leg_unreachable` when it is not answered */
  call(order: CallOrder): Promise<PhoneCall>;
  /** User names that were rung since this was last asked. */
  takeRung(): readonly string[];
  stop(): Promise<void>;
}

export async function openCallerPhone(log: Log): Promise<CallerPhone> {
  const sip = await startSip({ host, port: 0, log });
  const srf = await connectCallControl(
    { host: sip.controlHost, port: sip.controlPort, secret: sip.controlSecret },
    log,
  );
  const media = createMedia({ host, ...ports, log });
  const rung = new Set<string>();
  srf.invite((request, response) => {
    const [, user = ''] = /^sips?:([^@]+)@/.exec(request.uri) ?? [];
    rung.add(user);
    pickUp({ srf, media, request, response }).catch((error: unknown) => {
      log.warn({ err: error }, 'a person could not take the call');
      if (!response.finalResponseSent) response.send(500);
    });
  });
  return {
    port: sip.port,
    call: (order) => place(order, { srf, media }),
    takeRung: () => {
      const names = [...rung];
      rung.clear();
      return names;
    },
    async stop() {
      await media.stop();
      srf.disconnect();
      await sip.stop();
    },
  };
}

interface Room {
  readonly srf: Srf;
  readonly media: Media;
}

async function place(order: CallOrder, { srf, media }: Room): Promise<PhoneCall> {
  const leg = await media.openLeg();
  try {
    const offer = buildOffer({ address: host, port: leg.port, sessionId: leg.port, codecs });
    const { number, engine, from } = order;
    const who = from === null ? `<sip:anonymous@anonymous.invalid>` : `<sip:${from}@${host}>`;
    const dialog = await srf
      .createUAC(`sip:${number}@${engine.host}:${engine.port}`, {
        localSdp: offer.sdp,
        headers: { From: who, Contact: `<sip:caller@localhost>` },
      })
      .catch((cause: unknown) => {
        throw new VoxboxError('leg_unreachable', `the call to ${number} was not answered`, { cause });
      });
    const audio = acceptAnswer(offer, dialog.remote.sdp);
    if (!audio) throw new VoxboxError('no_usable_codec', 'the answer to the call holds no audio');
    const { loss } = order;
    const line = loss
      ? await openLossyLine({ remote: audio.remote, lossShare: loss.share, chance: loss.chance })
      : null;
    const remote = line ? { address: host, port: line.port } : audio.remote;
    startLeg(leg, { ...audio, remote }, order.recordingPath);
    return callOn(dialog, { leg, background: order.background, after: () => line?.stop() });
  } catch (error) {
    await leg.stop();
    throw error;
  }
}

function startLeg(leg: MediaLeg, audio: NegotiatedAudio, recordingPath?: string): void {
  const { remote, codec, payloadType, dtmfPayloadType } = audio;
  leg.start({
    ...{ remote, codec, payloadType },
    ...(dtmfPayloadType === null ? {} : { dtmfPayloadType }),
    ...(recordingPath === undefined ? {} : { recordingPath }),
  });
}

function callOn(
  dialog: SrfDialog,
  {
    leg,
    background,
    after,
  }: { readonly leg: MediaLeg; readonly background: Int16Array | undefined; readonly after: () => void },
): PhoneCall {
  const { promise: ended, resolve } = Promise.withResolvers<'caller' | 'agent'>();
  let isOver = false;
  let lastVoicedMs = performance.now();
  const end = async (by: 'caller' | 'agent'): Promise<void> => {
    if (isOver) return;
    isOver = true;
    if (by === 'caller') await dialog.destroy().catch(() => {});
    await leg.stop();
    after();
    resolve(by);
  };
  const mouth = new Mouth(leg, background);
  leg.on('audio', (samples) => {
    if (isVoiced(samples)) lastVoicedMs = performance.now();
  });
  dialog.on('destroy', () => void end('agent'));
  // A hold or a session refresh: nothing of ours changes.
  dialog.on('modify', (_, response) => response.send(200, { body: dialog.local.sdp }));
  return {
    ended,
    get isOver() {
      return isOver;
    },
    get lastVoicedMs() {
      return lastVoicedMs;
    },
    say: (samples) => Promise.race([mouth.say(samples), ended.then(() => {})]),
    press: (keys) => leg.sendDtmf(keys),
    hangUp: () => end('caller'),
  };
}

/** What goes out on a leg: words, and what is behind them before and after. */
class Mouth {
  readonly #leg: MediaLeg;
  readonly #background: Int16Array | undefined;
  #stretch = 0;
  #said: { readonly id: number; readonly done: () => void } | null = null;

  constructor(leg: MediaLeg, background: Int16Array | undefined) {
    this.#leg = leg;
    this.#background = background;
    leg.on('played', ({ id, cut }) => {
      if (cut) return;
      if (this.#said?.id === id) this.#said.done();
      this.#playBackground();
    });
    this.#playBackground();
  }

  say(samples: Int16Array): Promise<void> {
    this.#leg.clear();
    return new Promise((done) => {
      this.#said = { id: this.#play(this.#background ? mixed(samples, this.#background) : samples), done };
    });
  }

  #playBackground(): void {
    if (this.#background) this.#play(this.#background);
  }

  #play(samples: Int16Array): number {
    this.#stretch += 1;
    this.#leg.play({ id: this.#stretch, samples, sampleRateHz: lineRateHz });
    this.#leg.finish(this.#stretch);
    return this.#stretch;
  }
}

/** Somebody who is told who is there may take the call with this key. */
const takesWith = '1';
const takesAfterMs = [2000, 5000, 9000];

/** A person answers, takes the call, and listens. */
async function pickUp({
  srf,
  media,
  request,
  response,
}: Room & { readonly request: SrfRequest; readonly response: SrfResponse }): Promise<void> {
  const leg = await media.openLeg();
  const audio = negotiateAudio(parseOffer(request.body), { codecs, srtp: 'off' });
  if (!audio) {
    await leg.stop();
    response.send(488);
    return;
  }
  startLeg(leg, audio);
  const localSdp = buildAnswer(audio, { address: host, port: leg.port, sessionId: leg.port });
  const dialog = await srf.createUAS(request, response, { localSdp });
  const timers = takesAfterMs.map((ms) => setTimeout(() => leg.sendDtmf(takesWith), ms));
  dialog.on('modify', (_, answer) => answer.send(200, { body: dialog.local.sdp }));
  dialog.on('destroy', () => {
    for (const timer of timers) clearTimeout(timer);
    void leg.stop();
  });
}

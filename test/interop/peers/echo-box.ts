import { silentLog } from '../../../engine/foundation/index.ts';
import { createMedia, createMediaThread, type Media, type MediaLeg } from '../../../engine/media/index.ts';
import {
  type AudioCodec,
  acceptAnswer,
  buildAnswer,
  buildOffer,
  connectCallControl,
  type NegotiatedAudio,
  negotiateAudio,
  nextDescription,
  parseOffer,
  type SipServer,
  type SipServerOptions,
  type Srf,
  type SrfCredentials,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
  type SrtpMode,
  startSip,
} from '../../../engine/sip/index.ts';

export interface EchoBoxOptions extends Partial<Omit<SipServerOptions, 'log'>> {
  /** All of ours where left out. */
  readonly codecs?: readonly AudioCodec[];
  readonly srtp?: SrtpMode;
  readonly portMin: number;
  readonly portMax: number;
  /** Media on a thread of its own, as in the engine. */
  readonly thread?: boolean;
  /** Drops calls from `calls` when they are over. */
  readonly forget?: boolean;
  /** Plays this instead of sending back what comes. */
  readonly tone?: { readonly samples: Int16Array; readonly sampleRateHz: number };
}

/** One call at the box, as it went so far. */
export interface EchoCall {
  readonly dialog: SrfDialog;
  readonly leg: MediaLeg;
  readonly request: SrfRequest;
  audio: NegotiatedAudio;
  /** Keys in the order of their pressing. */
  keys: string;
  /** Directions of ours agreed, in their order. */
  readonly directions: string[];
  /** Refer-To of each REFER. */
  readonly refers: string[];
  /** Body of each NOTIFY. */
  readonly notified: string[];
  over: boolean;
  /** Hangs up. */
  end(): Promise<void>;
}

export interface EchoBox {
  readonly sip: SipServer;
  readonly srf: Srf;
  readonly media: Media;
  /** All there ever were, the newest last. */
  readonly calls: readonly EchoCall[];
  /** Calls out, and echoes there too. @throws SrfRejection where the other side refuses */
  place(
    uri: string,
    options?: { readonly auth?: SrfCredentials; readonly from?: string; readonly proxy?: string },
  ): Promise<EchoCall>;
  /** Of legs that are not given back. */
  openLegs(): number;
  stop(): Promise<void>;
}

const loopback = '127.0.0.1';
const allCodecs: readonly AudioCodec[] = ['opus', 'G722', 'PCMA', 'PCMU'];

/** What the engine's rooms do with a call, without any agent: it answers, and sends the audio back. */
export async function startEchoBox(options: EchoBoxOptions): Promise<EchoBox> {
  const { codecs, srtp, portMin, portMax, tone, forget, thread, host = loopback, ...server } = options;
  const sip = await startSip({ host, port: 0, ...server, log: silentLog });
  const { controlHost, controlPort, controlSecret } = sip;
  const srf = await connectCallControl({ host: controlHost, port: controlPort, secret: controlSecret });
  const ports = { host, portMin, portMax };
  const media = thread
    ? createMediaThread({ ...ports, log: { level: 'silent' } })
    : createMedia({ ...ports, log: silentLog });
  const box = new Echoing({
    ...{ srf, media, host, codecs: codecs ?? allCodecs, srtp: srtp ?? 'optional', tone: tone ?? null },
    forget: forget ?? false,
  });
  srf.invite((req, res) => void box.invited(req, res));
  srf.register((_, res) => res.send(403));
  // The routes are told to the server over a socket.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    sip,
    srf,
    media,
    calls: box.calls,
    place: (uri, how) => box.place(uri, how),
    openLegs: () => box.openLegs,
    stop: async () => {
      await box.stop();
      srf.disconnect();
      await sip.stop();
      await media.stop();
    },
  };
}

interface Parts {
  readonly srf: Srf;
  readonly media: Media;
  readonly host: string;
  readonly codecs: readonly AudioCodec[];
  readonly srtp: SrtpMode;
  readonly tone: EchoBoxOptions['tone'] | null;
  readonly forget: boolean;
}

class Echoing {
  readonly calls: EchoCall[] = [];
  openLegs = 0;
  readonly #parts: Parts;
  #sessions = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async invited(req: SrfRequest, res: SrfResponse): Promise<void> {
    const { srf, media, host } = this.#parts;
    const audio = this.#negotiate(req.body);
    if (!audio) return void res.send(488);
    let leg: MediaLeg;
    try {
      leg = await media.openLeg();
    } catch {
      return void res.send(486);
    }
    const giveBack = this.#giverOf(leg);
    this.#sessions += 1;
    const sessionId = this.#sessions;
    const localSdp = buildAnswer(audio, { address: host, port: leg.port, sessionId });
    this.#begin(leg, audio);
    req.on('cancel', () => void giveBack());
    let dialog: SrfDialog;
    try {
      dialog = await srf.createUAS(req, res, { localSdp });
    } catch {
      return giveBack();
    }
    this.#follow({ dialog, leg, audio, request: req, localSdp, sessionId, giveBack });
  }

  async place(uri: string, options: Parameters<EchoBox['place']>[1] = {}): Promise<EchoCall> {
    const { srf, media, host, codecs, srtp } = this.#parts;
    const leg = await media.openLeg();
    const giveBack = this.#giverOf(leg);
    this.#sessions += 1;
    const sessionId = this.#sessions;
    const offer = buildOffer({ address: host, port: leg.port, sessionId, codecs, srtp });
    try {
      const { from, auth, proxy } = options;
      const dialog = await srf.createUAC(uri, {
        localSdp: offer.sdp,
        ...(auth ? { auth } : {}),
        ...(proxy ? { proxy } : {}),
        ...(from ? { headers: { From: `<${from}>` } } : {}),
      });
      const audio = acceptAnswer(offer, dialog.remote.sdp);
      if (!audio) throw new Error(`no audio in the answer:\n${dialog.remote.sdp}`);
      this.#begin(leg, audio);
      return this.#follow({
        dialog,
        leg,
        audio,
        request: dialog.req,
        localSdp: offer.sdp,
        sessionId,
        giveBack,
      });
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  #giverOf(leg: MediaLeg): () => Promise<void> {
    this.openLegs += 1;
    let given = false;
    return async () => {
      if (given) return;
      given = true;
      await leg.stop();
      this.openLegs -= 1;
    };
  }

  #follow(parts: {
    readonly dialog: SrfDialog;
    readonly leg: MediaLeg;
    readonly audio: NegotiatedAudio;
    readonly request: SrfRequest;
    readonly localSdp: string;
    readonly sessionId: number;
    readonly giveBack: () => Promise<void>;
  }): EchoCall {
    const { dialog, leg, audio, request, sessionId, giveBack } = parts;
    let { localSdp } = parts;
    const call: EchoCall = {
      ...{
        dialog,
        leg,
        audio,
        request,
        keys: '',
        directions: [audio.direction],
        refers: [],
        notified: [],
        over: false,
      },
      end: async () => {
        call.over = true;
        await dialog.destroy().catch(() => {});
        await giveBack();
      },
    };
    this.calls.push(call);
    leg.on('dtmf', (key) => {
      call.keys += key;
    });
    dialog.on('destroy', () => {
      call.over = true;
      if (this.#parts.forget) this.calls.splice(this.calls.indexOf(call), 1);
      void giveBack();
    });
    dialog.on('modify', (again, answer) => {
      const next = this.#negotiate(again.body, call.audio);
      if (!next) return void answer.send(488);
      call.audio = next;
      call.directions.push(next.direction);
      localSdp = nextDescription(
        localSdp,
        buildAnswer(next, { address: this.#parts.host, port: leg.port, sessionId }),
      );
      this.#begin(leg, next);
      answer.send(200, { body: localSdp, headers: { 'Content-Type': 'application/sdp' } });
    });
    dialog.on('refer', (refer, answer) => {
      call.refers.push(refer.get('Refer-To') ?? '');
      answer.send(202);
      // RFC 3515 §2.4.4: what becomes of it; here it is always a success.
      const headers = (state: string) => ({
        ...{ Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag;version=2.0' },
      });
      const tell = async (): Promise<void> => {
        await dialog.request({
          method: 'NOTIFY',
          headers: headers('active;expires=60'),
          body: 'SIP/2.0 100 Trying\r\n',
        });
        await dialog.request({
          ...{
            method: 'NOTIFY',
            headers: headers('terminated;reason=noresource'),
            body: 'SIP/2.0 200 OK\r\n',
          },
        });
      };
      tell().catch(() => {});
    });
    dialog.on('notify', (notify, answer) => {
      call.notified.push(notify.body.trim());
      answer.send(200);
    });
    return call;
  }

  async stop(): Promise<void> {
    await Promise.all(this.calls.filter((call) => !call.over).map((call) => call.end()));
    await Promise.all(this.calls.map((call) => call.leg.stop()));
  }

  #negotiate(body: string, before?: NegotiatedAudio): NegotiatedAudio | null {
    const { codecs, srtp } = this.#parts;
    try {
      const sendKey = before?.srtp?.send;
      return negotiateAudio(parseOffer(body), { codecs, srtp, ...(sendKey ? { sendKey } : {}) });
    } catch {
      return null;
    }
  }

  #begin(leg: MediaLeg, audio: NegotiatedAudio): void {
    const { tone } = this.#parts;
    leg.start({
      remote: audio.remote,
      codec: audio.codec,
      payloadType: audio.payloadType,
      direction: audio.direction,
      ...(audio.dtmfPayloadType === null ? {} : { dtmfPayloadType: audio.dtmfPayloadType }),
      ...(audio.comfortNoisePayloadType === null
        ? {}
        : { comfortNoisePayloadType: audio.comfortNoisePayloadType }),
      ...(audio.srtp === null ? {} : { srtp: { send: audio.srtp.send, receive: audio.srtp.receive } }),
      ...(audio.remoteRtcp === null ? {} : { rtcp: { remote: audio.remoteRtcp, mux: audio.rtcpMux } }),
    });
    if (tone) {
      leg.play({ id: 1, ...tone });
      leg.finish(1);
    } else leg.echo(true);
  }
}

import { type Clock, hasCode, type Log, VoxboxError } from '../foundation/index.ts';
import type { LegStart } from '../media/index.ts';
import {
  type AudioCodec,
  type AudioOffer,
  acceptAnswer,
  buildAnswer,
  buildOffer,
  type Credentials,
  commonDirection,
  isPrivateAddress,
  localAddressFor,
  type MediaDirection,
  type NegotiatedAudio,
  negotiateAudio,
  nextDescription,
  parseOffer,
  requestWithin,
  type SrfContent,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
  type SrtpMode,
} from '../sip/index.ts';
import { keysOfInfo } from './dtmf-info.ts';
import type { CallWorker } from './worker-client.ts';

/** What may be agreed with the other side: a trunk's settings, or the house's own. */
export interface LineTerms {
  /** In the order of our liking; in an answer the other side's order goes before. */
  readonly codecs: readonly AudioCodec[];
  readonly srtp: SrtpMode;
  readonly dtmf: 'rfc4733' | 'info' | 'inband';
}

/** Of phones, and of callers on the loopback. */
export const houseTerms: LineTerms = {
  codecs: ['opus', 'G722', 'PCMU', 'PCMA'],
  srtp: 'optional',
  dtmf: 'rfc4733',
};

export interface LineLegParts {
  readonly callId: string;
  readonly id: string;
  readonly worker: CallWorker;
  readonly terms: LineTerms;
  /** Answers the other side's challenges; null where there is no password for it. */
  readonly credentials: Credentials | null;
  /** What RTP is bound to. */
  readonly mediaHost: string;
  /** The box as the internet sees it; null where that is not known or not needed. */
  readonly externalAddress: () => string | null;
  readonly recordingPath: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** The other side has put us on hold, or taken us off again. */
  readonly onHeld: (held: boolean) => void;
  /** The other side has hung up, or is gone. */
  readonly onGone: () => void;
}

const reinviteTries = 4;
/** Silence after which the connection is offered anew, and after which the other side is lost. */
const repairAfterMs = 20_000;
const lostAfterMs = 60_000;

/** Whoever a leg is talking with. */
export interface LegOwner {
  /** The other side wants to put somebody through (RFC 3515); has to be answered. */
  refer(req: SrfRequest, res: SrfResponse): void;
  /** The other side has put us on hold, or taken us off again. */
  held(held: boolean): void;
}

/** One side of a call: its SIP dialog and its media leg, kept in step by offers and answers (RFC 3264). */
export class LineLeg {
  readonly id: string;
  readonly #parts: LineLegParts;
  #callId: string;
  #owner: LegOwner | null = null;
  readonly #sessionId: number;
  #port = 0;
  #address = '';
  #dialog: SrfDialog | null = null;
  #agreed: NegotiatedAudio | null = null;
  #description: string | null = null;
  /** An offer of ours whose answer is still to come in an ACK. */
  #offered: AudioOffer | null = null;
  /** What we would like; `sendonly` while we hold the other side. */
  #direction: MediaDirection = 'sendrecv';
  #started = '';
  #held = false;
  #repaired = false;
  readonly #ended = Promise.withResolvers<void>();
  #isGone = false;

  constructor(parts: LineLegParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#callId = parts.callId;
    this.#sessionId = parts.clock.nowMs();
  }

  /** The call that it belongs to now. */
  get callId(): string {
    return this.#callId;
  }

  /** Goes over to another call, connected with nobody yet. */
  async moveTo(callId: string): Promise<void> {
    const { worker } = this.#parts;
    await worker.request({ kind: 'move-leg', callId: this.#callId, leg: this.id, toCallId: callId });
    this.#callId = callId;
  }

  obey(owner: LegOwner): void {
    this.#owner = owner;
  }

  /** Settles when either side has hung up. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get dialog(): SrfDialog | null {
    return this.#dialog;
  }

  /** The other side holds us. */
  get held(): boolean {
    return this.#held;
  }

  /** @param remote address of the other side, which decides under which address of ours it reaches us */
  async open(remote: string): Promise<void> {
    const { worker, id, mediaHost, externalAddress } = this.#parts;
    const { port } = await worker.request({ kind: 'open-leg', callId: this.#callId, leg: id });
    this.#port = port ?? 0;
    const outside = isPrivateAddress(remote) ? null : externalAddress();
    this.#address = outside ?? localAddressFor(mediaHost, remote);
  }

  /**
   * Starts the media as offered. @returns our answer
   * @throws VoxboxError `no_usable_codec`, `sdp_invalid`
   */
  async answer(offer: string): Promise<string> {
    const { codecs, srtp } = this.#parts.terms;
    const sendKey = this.#agreed?.srtp?.send;
    const agreed = negotiateAudio(parseOffer(offer), { codecs, srtp, ...(sendKey ? { sendKey } : {}) });
    if (!agreed) throw new VoxboxError('no_usable_codec', 'nothing that was offered can be used');
    await this.#take(agreed);
    return this.#describe(buildAnswer(agreed, { ...this.#own(), direction: this.#direction }));
  }

  /** An offer of ours: of a call that we place, or in the 200 to an INVITE without one. */
  offer(): string {
    const { codecs, srtp } = this.#parts.terms;
    const previous = this.#agreed ?? undefined;
    this.#offered = buildOffer({ ...this.#own(), codecs, srtp, direction: this.#direction, previous });
    return this.#describe(this.#offered.sdp);
  }

  /** @throws VoxboxError `no_usable_codec`, `sdp_invalid` */
  async accept(answer: string): Promise<void> {
    const offered = this.#offered;
    this.#offered = null;
    const agreed = offered && acceptAnswer(offered, answer);
    if (!agreed) throw new VoxboxError('no_usable_codec', 'the other side accepted nothing that was offered');
    await this.#take(agreed);
  }

  /** From now on the other side's requests within the dialog are obeyed. */
  attach(dialog: SrfDialog): void {
    this.#dialog = dialog;
    const { log } = this.#parts;
    dialog.on('destroy', () => this.#gone());
    dialog.on('modify', (req, res) => void this.#renegotiate(req, res));
    dialog.on('update', (req, res) => {
      if (req.body) void this.#renegotiate(req, res);
      else res.send(200);
    });
    dialog.on('ack', (req) => {
      if (!this.#offered || !req.body) return;
      this.accept(req.body).catch((error: unknown) => {
        log.warn({ err: error, leg: this.id }, 'the answer in an ACK cannot be used');
        void this.hangUp();
        this.#gone();
      });
    });
    dialog.on('info', (req, res) => this.#info(req, res));
    dialog.on('refer', (req, res) => {
      if (this.#owner) this.#owner.refer(req, res);
      else res.send(603);
    });
  }

  /**
   * Sends a request within the dialog, and answers a challenge of it. @returns the final response; null where the
   * request could not be sent
   */
  async request(request: SrfContent & { readonly method: string }): Promise<SrfResponse | null> {
    return this.#dialog && requestWithin(this.#dialog, request, this.#parts.credentials);
  }

  /** Puts the other side on hold, with music, or takes it off. Media obeys whatever the other side answers. */
  async hold(on: boolean): Promise<void> {
    const { worker } = this.#parts;
    const callId = this.#callId;
    this.#direction = on ? 'sendonly' : 'sendrecv';
    await worker.request({ kind: 'hold', callId, leg: this.id, on });
    await this.reinvite();
  }

  /** Music instead of what is going on, without telling the other side. */
  async music(on: boolean): Promise<void> {
    const { worker } = this.#parts;
    const callId = this.#callId;
    await worker.request({ kind: 'hold', callId, leg: this.id, on });
  }

  /**
   * Offers what is agreed once more: for hold, and to repair a connection on which nothing arrives. At a
   * glare it waits and tries again (RFC 3261 §14.1).
   *
   * @returns `gone` where the other side does not know the dialog any more
   */
  async reinvite(): Promise<'agreed' | 'refused' | 'gone'> {
    for (let turn = 0; turn < reinviteTries; turn++) {
      const dialog = this.#dialog;
      if (!dialog?.connected || this.#isGone) return 'gone';
      const body = this.offer();
      const headers = { 'Content-Type': 'application/sdp' };
      const res = await this.request({ method: 'INVITE', headers, body });
      if (res?.status === 200) {
        await this.accept(res.body).catch(() => {});
        return 'agreed';
      }
      this.#offered = null;
      if (res === null || res.status === 408 || res.status === 481) return 'gone';
      if (res.status !== 491) return 'refused';
      await new Promise((resolve) => setTimeout(resolve, this.#parts.random() * 2000));
    }
    return 'refused';
  }

  /**
   * Nothing arrives: the connection is offered once more. @returns true when that does not help and the other side
   * is lost
   */
  async silent(forMs: number): Promise<boolean> {
    if (forMs >= lostAfterMs) return true;
    if (forMs < repairAfterMs || this.#repaired) return false;
    this.#repaired = true;
    this.#parts.log.warn({ forMs, leg: this.id }, 'nothing arrives; the connection is offered once more');
    return (await this.reinvite()) === 'gone';
  }

  async sendDtmf(keys: string): Promise<void> {
    const { worker, terms } = this.#parts;
    const callId = this.#callId;
    if (terms.dtmf !== 'info') {
      await worker.request({ kind: 'send-dtmf', callId, leg: this.id, keys });
      return;
    }
    for (const key of keys) {
      const headers = { 'Content-Type': 'application/dtmf-relay' };
      const body = `Signal=${key}\r\nDuration=160\r\n`;
      const answer = await this.request({ method: 'INFO', headers, body });
      if (!answer) throw new VoxboxError('not_found', 'the other side is not there any more');
    }
  }

  /** BYE, once; never rejects. */
  async hangUp(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#ended.resolve();
    // Where no BYE could be sent the package has to forget the dialog all the same.
    const isSaid = (await this.request({ method: 'BYE' })) !== null;
    if (!isSaid) await this.#dialog?.destroy().catch(() => {});
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#ended.resolve();
    this.#parts.onGone();
  }

  async #renegotiate(req: SrfRequest, res: SrfResponse): Promise<void> {
    try {
      // A body-less re-INVITE asks for our offer; its answer comes in the ACK.
      const body = req.body ? await this.answer(req.body) : this.offer();
      res.send(200, { headers: { 'Content-Type': 'application/sdp' }, body });
    } catch (error) {
      this.#parts.log.warn({ err: error, leg: this.id }, 'a change of the call was refused');
      res.send(hasCode(error, 'sdp_invalid') ? 400 : hasCode(error, 'no_usable_codec') ? 488 : 500);
    }
  }

  #info(req: SrfRequest, res: SrfResponse): void {
    const key = keysOfInfo(req.get('content-type') ?? '', req.body);
    // An INFO without content keeps a connection open (RFC 6086 §4.2.2); other content is not spoken.
    res.send(key === null && req.body ? 415 : 200);
    if (!key) return;
    const { worker, log } = this.#parts;
    const callId = this.#callId;
    worker
      .request({ kind: 'press-key', callId, leg: this.id, key })
      .catch((error: unknown) => log.warn({ err: error }, 'a key was lost'));
  }

  async #take(agreed: NegotiatedAudio): Promise<void> {
    this.#agreed = agreed;
    const start = this.#startOf(agreed);
    const held = agreed.direction === 'recvonly' || agreed.direction === 'inactive';
    // A description that changes nothing (RFC 4028 §7.4) must not disturb what is heard.
    const same = JSON.stringify(start);
    if (same !== this.#started) {
      this.#started = same;
      const { worker } = this.#parts;
      const callId = this.#callId;
      await worker.request({ kind: 'start-leg', callId, leg: this.id, start });
    }
    if (held === this.#held) return;
    this.#held = held;
    this.#parts.onHeld(held);
    this.#owner?.held(held);
  }

  #startOf(agreed: NegotiatedAudio): LegStart {
    const { terms, recordingPath } = this.#parts;
    const { srtp, remoteRtcp, dtmfPayloadType, dtmfClockRateHz, comfortNoisePayloadType } = agreed;
    return {
      remote: agreed.remote,
      codec: agreed.codec,
      payloadType: agreed.payloadType,
      direction: commonDirection(agreed.direction, this.#direction),
      dtmf: terms.dtmf === 'inband' ? 'inband' : 'auto',
      ...(dtmfPayloadType === null ? {} : { dtmfPayloadType }),
      ...(dtmfClockRateHz === null ? {} : { dtmfClockRateHz }),
      ...(comfortNoisePayloadType === null ? {} : { comfortNoisePayloadType }),
      ...(srtp ? { srtp: { send: srtp.send, receive: srtp.receive } } : {}),
      ...(remoteRtcp ? { rtcp: { remote: remoteRtcp, mux: agreed.rtcpMux } } : {}),
      ...(recordingPath === null ? {} : { recordingPath }),
    };
  }

  #own(): { address: string; port: number; sessionId: number } {
    return { address: this.#address, port: this.#port, sessionId: this.#sessionId };
  }

  #describe(description: string): string {
    this.#description = nextDescription(this.#description, description);
    return this.#description;
  }
}

import type { RemoteInfo, Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { Clock, Log } from '../foundation/index.ts';
import type { Bridgeable, BridgeSeat } from './bridge.ts';
import { type AudioCoder, createCoder } from './codec/coder.ts';
import { mixed } from './fade.ts';
import { codecRates, frameMs, perFrame } from './frame.ts';
import type { Addressee, Inbox } from './inbox.ts';
import { Receiving } from './leg-receiving.ts';
import { LegRtcp } from './leg-rtcp.ts';
import { type LegSounds, Sending } from './leg-sending.ts';
import { LegSrtp } from './leg-srtp.ts';
import type { Codec, FeedWay, LegEvents, LegStart, LegStatistics, LegTimes, RtpRemote } from './model.ts';
import type { KernelFor } from './play-queue.ts';
import { mos } from './quality.ts';
import { Recorder } from './recorder.ts';
import { isRtcp } from './rtcp/packet.ts';
import type { RtcpFindings } from './rtcp/session.ts';
import { isMedia, parseRtp } from './rtp/packet.ts';
import { SourceLock } from './rtp/source-lock.ts';
import type { SrtpCrypto } from './srtp/crypto.ts';
import { interleaved } from './stereo.ts';
import type { Rider, Slot, Timetable } from './timetable.ts';

const silentAfterMs = 10_000;
/** The estimate of quality is asked with every event, and changes slowly. */
const mosEverySlots = 50;

/** What a leg needs of the room. */
export interface LegParts {
  /** Bound to `port`. */
  readonly socket: Socket;
  /** Bound to the port after it, for RTCP. */
  readonly rtcpSocket: Socket;
  readonly port: number;
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  readonly log: Log;
  readonly timetable: Timetable;
  readonly inbox: Inbox;
  readonly kernelFor: KernelFor;
  readonly sounds: LegSounds;
  /** Of the room. */
  readonly srtpCrypto: SrtpCrypto;
  /** Called once, when the sockets are closed. */
  readonly onClosed: () => void;
}

/** One side's RTP: a thin shell of sockets and events around receiving and sending. */
export class Leg implements Bridgeable, Rider, Addressee {
  private readonly parts: LegParts;
  private readonly events = new EventEmitter();
  private readonly receiving: Receiving;
  private readonly sending: Sending;
  private readonly rtcp: LegRtcp;
  private lock = new SourceLock();
  private options: LegStart | null = null;
  private codec: Codec | null = null;
  private coder: AudioCoder | null = null;
  private remote: RtpRemote | null = null;
  private readonly srtp: LegSrtp;
  private recorder: Recorder | null = null;
  private stopped: Promise<void> | null = null;

  private recordingPaused = false;
  private tapped = false;
  /** Packets of the slot that comes, ready for the wire. */
  private outgoing: Buffer[] = [];
  /** Slots missed just now, whose audio has still to be told. */
  private owedSlots = 0;
  private packetsSent = 0;
  private quietMs = 0;
  private lastFindings: RtcpFindings | null = null;
  private hasSendFailed = false;
  private mos: { readonly value: number; readonly slot: number } | null = null;
  private slots = 0;

  constructor(parts: LegParts) {
    this.parts = parts;
    const { clock, kernelFor, sounds } = parts;
    this.receiving = new Receiving({ clock, kernelFor, onKey: (key) => this.emit('dtmf', key) });
    this.sending = new Sending({
      clock,
      kernelFor,
      sounds,
      transmit: (packet, info) => this.transmit(packet, info),
      onPlayed: (stretches) => {
        for (const stretch of stretches) this.emit('played', stretch);
      },
    });
    this.srtp = new LegSrtp(parts.srtpCrypto, () =>
      parts.log.warn(
        { port: parts.port },
        'a packet did not pass the SRTP check; further ones are counted only',
      ),
    );
    this.rtcp = new LegRtcp({
      clock,
      transmit: (packet, remote, muxed) => this.put(muxed ? parts.socket : parts.rtcpSocket, packet, remote),
    });
    parts.socket.on('message', (bytes, source) => parts.inbox.put(this, bytes, source));
    parts.rtcpSocket.on('message', (bytes, source) => this.onReport(bytes, source));
    for (const socket of [parts.socket, parts.rtcpSocket]) {
      socket.on('error', (error) => this.onSocketError(error));
    }
  }

  get port(): number {
    return this.parts.port;
  }

  /**
   * Called again (re-INVITE) it takes over the new address, codec, keys and direction; the recording goes on.
   * @throws VoxboxError `input_invalid` for keys of a wrong length
   */
  start(options: LegStart): void {
    if (this.stopped) return;
    this.srtp.use(options.srtp ?? null);
    const changes = options.codec !== this.codec;
    this.options = options;
    this.codec = options.codec;
    this.remote = options.remote;
    this.lock = new SourceLock();
    this.quietMs = 0;
    this.receiving.start(options, changes);
    this.sending.start(options, changes);
    const clockRateHz = codecRates[options.codec].rtpClockHz;
    this.rtcp.start(options, { ssrc: this.sending.ssrc, clockRateHz });
    if (options.recordingPath && !this.recorder) {
      const { log, kernelFor } = this.parts;
      this.recorder = new Recorder({ path: options.recordingPath, log, rateHz: this.rateHz, kernelFor });
      this.recorder.pause(this.recordingPaused);
    }
    if (changes) this.changeCoder(options.codec);
    this.parts.timetable.add(this);
  }

  play(stretch: { readonly id: number; readonly samples: Int16Array; readonly sampleRateHz: number }): void {
    if (!this.stopped) this.sending.play(stretch.id, stretch.samples, stretch.sampleRateHz);
  }

  finish(id: number): void {
    if (!this.stopped) this.sending.finish(id);
  }

  clear(): void {
    this.sending.clear();
  }

  /**
   * As telephone-event when it was agreed, else as tones in the audio. What is being played waits meanwhile.
   * @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D
   */
  sendDtmf(keys: string): void {
    this.sending.sendDtmf(keys);
  }

  hold(on: boolean): void {
    this.sending.hold(on);
  }

  recording(on: boolean): void {
    this.recordingPaused = !on;
    this.recorder?.pause(!on);
  }

  echo(on: boolean): void {
    this.sending.echo(on);
  }

  soften(on: boolean): void {
    this.sending.soften(on);
  }

  ringback(on: boolean): void {
    this.sending.ringback(on);
  }

  tap(on: boolean): void {
    this.tapped = on;
  }

  feed(way: FeedWay, samples: Int16Array, sampleRateHz: number): void {
    if (!this.stopped) this[way === 'in' ? 'receiving' : 'sending'].feed(samples, sampleRateHz);
  }

  /** Into a bridge, or out of it; leaves the last one. */
  seat(seat: BridgeSeat | null): void {
    this.sending.seat?.leave();
    this.sending.seat = this.stopped ? null : seat;
    if (this.stopped) seat?.leave();
  }

  on<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    this.events.on(event, listener);
  }

  off<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    this.events.off(event, listener);
  }

  times(): LegTimes {
    const { firstPacketInMs, lastVoicedInMs } = this.receiving;
    return { lastVoicedInMs, firstVoicedOutMs: this.sending.firstVoicedOutMs, firstPacketInMs };
  }

  statistics(): LegStatistics {
    const received = this.receiving.statistics();
    const findings = this.rtcp.findings() ?? this.lastFindings;
    const roundTripMs = findings?.roundTripMs ?? null;
    if (!this.mos || this.slots - this.mos.slot >= mosEverySlots || this.stopped) {
      const value = mos({ ...received, rttMs: roundTripMs, codec: this.codec ?? 'PCMU' });
      this.mos = { value, slot: this.slots };
    }
    return {
      packetsSent: this.packetsSent,
      ...received,
      roundTripMs,
      remoteLossFraction: findings?.remoteLossFraction ?? null,
      remoteJitterMs: findings?.remoteJitterMs ?? null,
      mos: this.mos.value,
      srtp: this.srtp.session !== null,
      codec: this.codec,
      decryptFailures: this.srtp.failures,
      lastRemote: this.remote,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.close();
    return this.stopped;
  }

  prepare(slot: Slot): void {
    if (this.options) this.sending.slot(slot.missed);
  }

  protect(): void {
    const { session } = this.srtp;
    if (session) this.outgoing = this.outgoing.map((packet) => session.protectRtp(packet));
  }

  send(): void {
    const { remote, outgoing } = this;
    this.outgoing = [];
    if (remote) for (const packet of outgoing) this.put(this.parts.socket, packet, remote);
    // Also where nothing goes out by RTP: whoever taps the leg hears it now.
    this.sending.left();
  }

  receive(slot: Slot): void {
    this.slots += slot.missed + 1;
    for (; this.owedSlots > 0; this.owedSlots -= 1) this.makeUp();
    this.owedSlots = slot.missed;
    this.receiving.isHeldUp = slot.missed > 0;
    const { sending, rateHz } = this;
    const caller = this.receiving.pull();
    this.keep(caller, sending.sentFrame);
    const heard = sending.isHolding ? null : caller;
    const withAgent = sending.seat?.withAgent ?? false;
    sending.seat?.hear(withAgent ? mixed(heard, sending.saidFrame) : heard, rateHz);
    sending.heard(heard);
    this.rtcp.slot(this.remote, this.srtp.session);
    this.countQuiet((slot.missed + 1) * frameMs);
    const told = withAgent && !sending.isHolding ? mixed(heard, sending.others) : heard;
    if (told) this.emit('audio', told, rateHz);
  }

  /**
   * For a slot that was missed, in the one after it: what arrived in between has been read by now. Left where it is it
   * would keep the caller that much later than necessary for as long as the call lasts.
   */
  private makeUp(): void {
    const caller = this.receiving.isBehind ? this.receiving.pull() : null;
    this.keep(caller, null);
    if (caller && !this.sending.isHolding) this.emit('audio', caller, this.rateHz);
  }

  /** A slot as it is recorded, and as those hear it who listen in. */
  private keep(caller: Int16Array | null, own: Int16Array | null): void {
    this.recorder?.write(caller, own);
    if (this.tapped) this.emit('sound', interleaved(caller, own, perFrame(this.rateHz)), this.rateHz);
  }

  private get rateHz() {
    return codecRates[this.codec ?? 'PCMU'].sampleRateHz;
  }

  private emit<E extends keyof LegEvents>(event: E, ...args: LegEvents[E]): void {
    this.events.emit(event, ...args);
  }

  private changeCoder(codec: Codec): void {
    this.coder?.close();
    this.coder = null;
    createCoder(codec).then(
      (coder) => {
        if (this.stopped || this.codec !== codec || this.coder) {
          coder.close();
          return;
        }
        this.coder = coder;
        this.receiving.use(coder);
        this.sending.use(coder);
      },
      (error: unknown) => this.parts.log.error({ err: error, codec }, 'a codec could not be loaded'),
    );
  }

  private transmit(
    packet: Buffer,
    info: { readonly timestamp: number; readonly payloadBytes: number },
  ): void {
    if (!this.remote || this.remote.port === 0) return;
    this.packetsSent += 1;
    this.rtcp.sent({ ...info, atMs: this.parts.clock.monotonicMs() });
    this.outgoing.push(packet);
  }

  private readonly onSent = (error: Error | null): void => {
    if (error) this.onSocketError(error);
  };

  private put(socket: Socket, packet: Buffer, remote: RtpRemote): void {
    socket.send(packet, remote.port, remote.address, this.onSent);
  }

  /** RTP, and RTCP that shares its port: that is read by its own rules later. */
  read(bytes: Uint8Array): Uint8Array | null {
    if (!this.options || this.stopped || !isMedia(bytes)) return null;
    return isRtcp(bytes) ? bytes : this.srtp.plain(bytes);
  }

  accept(bytes: Uint8Array, source: RemoteInfo, arrivalMs: number): void {
    if (this.stopped) return;
    if (isRtcp(bytes)) {
      this.onReport(bytes, source);
      return;
    }
    const packet = parseRtp(bytes);
    const kind = packet ? this.receiving.kindOf(packet) : 'unknown';
    if (!packet || kind === 'unknown') return;
    const verdict = this.lock.offer(source, packet.ssrc);
    if (verdict === 'ignored') return;
    if (verdict === 'moved') this.remote = { address: source.address, port: source.port };
    this.quietMs = 0;
    const { ssrc, sequence, timestamp } = packet;
    this.rtcp.received({ ssrc, sequence, timestamp, arrivalMs, paced: kind === 'audio' });
    this.receiving.accept(packet, kind, arrivalMs);
  }

  private onReport(bytes: Uint8Array, source: RemoteInfo): void {
    if (!this.options || this.stopped) return;
    this.rtcp.datagram(bytes, source, { rtpRemote: this.remote, srtp: this.srtp.session });
  }

  /** Only where both sides speak can silence be told from what was agreed: who holds us often sends nothing. */
  private countQuiet(passedMs: number): void {
    if ((this.options?.direction ?? 'sendrecv') !== 'sendrecv') return;
    const before = Math.floor(this.quietMs / silentAfterMs);
    this.quietMs += passedMs;
    if (Math.floor(this.quietMs / silentAfterMs) > before) this.emit('silent', this.quietMs);
  }

  /** A packet that cannot be sent (no route, full buffer) is as good as lost: said once, the call goes on. */
  private onSocketError(error: Error): void {
    if (this.hasSendFailed) return;
    this.hasSendFailed = true;
    this.parts.log.warn({ err: error, port: this.port }, 'media socket error');
  }

  private async close(): Promise<void> {
    const { timetable, socket, rtcpSocket, onClosed } = this.parts;
    timetable.remove(this);
    this.sending.seat?.leave();
    this.sending.seat = null;
    this.clear();
    this.lastFindings = this.rtcp.findings();
    try {
      this.rtcp.bye(this.remote, this.srtp.session);
      this.coder?.close();
    } catch (error) {
      // Whatever goes wrong with the goodbye, the ports are given back.
      this.parts.log.error({ err: error, port: this.port }, 'a leg did not end cleanly');
    }
    this.srtp.session?.close();
    await Promise.all([this.recorder?.stop(), closed(socket), closed(rtcpSocket)]);
    onClosed();
  }
}

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));

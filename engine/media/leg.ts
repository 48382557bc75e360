import type { RemoteInfo, Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { Clock, Log } from '../foundation/index.ts';
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './codec/g711.ts';
import { DtmfReceiver, DtmfSender, dtmfTones } from './dtmf.ts';
import { frameMs, frameSamples } from './frame.ts';
import { JitterBuffer } from './jitter-buffer.ts';
import type { Codec, LegEvents, LegStart, LegStatistics, LegTimes, MediaLeg, RtpRemote } from './model.ts';
import { type PlayedStretch, PlayQueue } from './play-queue.ts';
import { Recorder } from './recorder.ts';
import type { ResamplingKernel } from './resample.ts';
import { parseRtp, type RtpPacket } from './rtp/packet.ts';
import { Reception } from './rtp/reception.ts';
import { RtpSender } from './rtp/sender.ts';
import { SourceLock } from './rtp/source-lock.ts';
import type { Rider, Slot, Timetable } from './timetable.ts';
import { isVoiced } from './voiced.ts';

const silentAfterMs = 10_000;
const codecs = {
  PCMU: { encode: encodePcmu, decode: decodePcmu },
  PCMA: { encode: encodePcma, decode: decodePcma },
} as const satisfies Record<Codec, unknown>;

/** Most of what a leg sends: encoded once. */
const silence = new Int16Array(frameSamples);
const encodedSilence = { PCMU: encodePcmu(silence), PCMA: encodePcma(silence) } as const satisfies Record<
  Codec,
  Uint8Array
>;

/** RFC 3551 table 4: these numbers mean the same everywhere, and phones use them whatever was agreed. */
const staticPayloadTypes: Readonly<Record<number, Codec>> = { 0: 'PCMU', 8: 'PCMA' };

/** What a leg needs of the room. */
export interface LegParts {
  /** Bound to `port`. */
  readonly socket: Socket;
  readonly port: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Log;
  readonly timetable: Timetable;
  readonly kernelFor: (fromHz: number) => ResamplingKernel | undefined;
  /** Called once, when the socket is closed. */
  readonly onClosed: () => void;
}

/** One side's RTP: a thin shell of socket and events around the pure parts. */
export class Leg implements MediaLeg, Rider {
  private readonly parts: LegParts;
  private readonly events = new EventEmitter();
  private readonly jitterBuffer = new JitterBuffer();
  private readonly reception = new Reception();
  private readonly dtmfReceiver = new DtmfReceiver();
  private readonly dtmfSender = new DtmfSender();
  private readonly sender = new RtpSender();
  private readonly queue: PlayQueue;
  private lock = new SourceLock();
  private options: LegStart | null = null;
  private remote: RtpRemote | null = null;
  private recorder: Recorder | null = null;
  private stopped: Promise<void> | null = null;

  private tones: Int16Array[] = [];
  /** What left in this slot, for the recording. */
  private sentFrame: Int16Array | null = null;
  private packetsSent = 0;
  private packetsLate = 0;
  private quietMs = 0;
  private firstPacketInMs: number | null = null;
  private lastVoicedInMs: number | null = null;
  private firstVoicedOutMs: number | null = null;
  private hasSendFailed = false;

  constructor(parts: LegParts) {
    this.parts = parts;
    this.queue = new PlayQueue(parts.kernelFor);
    parts.socket.on('message', (bytes, source) => this.onDatagram(bytes, source));
    parts.socket.on('error', (error) => this.onSocketError(error));
  }

  get port(): number {
    return this.parts.port;
  }

  /** Called again (re-INVITE) it takes over the new address and payload types; the recording goes on. */
  start(options: LegStart): void {
    if (this.stopped) return;
    this.options = options;
    this.remote = options.remote;
    this.lock = new SourceLock();
    this.quietMs = 0;
    if (options.recordingPath && !this.recorder) {
      this.recorder = new Recorder(options.recordingPath, this.parts.log);
    }
    this.parts.timetable.add(this);
  }

  play(stretch: { readonly id: number; readonly samples: Int16Array; readonly sampleRateHz: number }): void {
    if (!this.stopped) this.queue.add(stretch.id, stretch.samples, stretch.sampleRateHz);
  }

  finish(id: number): void {
    if (!this.stopped) this.queue.finish(id);
  }

  clear(): void {
    this.tellPlayed(this.queue.clear());
  }

  /**
   * As telephone-event when it was agreed, else as tones in the audio. What is being played waits meanwhile.
   * @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D
   */
  sendDtmf(keys: string): void {
    if (this.options?.dtmfPayloadType === undefined) this.tones.push(...dtmfTones(keys));
    else this.dtmfSender.queue(keys);
  }

  on<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    this.events.on(event, listener);
  }

  off<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    this.events.off(event, listener);
  }

  times(): LegTimes {
    const { lastVoicedInMs, firstVoicedOutMs, firstPacketInMs } = this;
    return { lastVoicedInMs, firstVoicedOutMs, firstPacketInMs };
  }

  statistics(): LegStatistics {
    const { packetsReceived, packetsLost, jitterMs } = this.reception;
    const { packetsSent, packetsLate } = this;
    return { packetsSent, packetsReceived, packetsLost, packetsLate, jitterMs };
  }

  stop(): Promise<void> {
    this.stopped ??= this.close();
    return this.stopped;
  }

  send(slot: Slot): void {
    if (!this.options) return;
    this.sender.skip(slot.missed);
    this.sentFrame = null;
    const turn = this.dtmfSender.next(this.sender.timestamp);
    if (turn?.kind === 'event' && this.options.dtmfPayloadType !== undefined) {
      this.transmit(this.sender.event(this.options.dtmfPayloadType, turn));
    } else if (turn) {
      this.sendFrame(null);
    } else if (this.tones.length > 0) {
      this.sendFrame(this.tones.shift() ?? null);
    } else {
      const { samples, begins, ended } = this.queue.next();
      this.sendFrame(samples);
      if (begins) this.firstVoicedOutMs = null;
      if (samples && this.firstVoicedOutMs === null && isVoiced(samples)) {
        this.firstVoicedOutMs = this.parts.clock.monotonicMs();
      }
      this.tellPlayed(ended);
    }
  }

  receive(slot: Slot): void {
    const passedMs = (slot.missed + 1) * frameMs;
    const caller = this.firstPacketInMs === null ? null : this.jitterBuffer.pull();
    for (let missed = 0; missed < slot.missed; missed += 1) this.recorder?.write(null, null);
    this.recorder?.write(caller, this.sentFrame);
    this.countQuiet(passedMs);
    if (caller) this.emit('audio', caller);
  }

  private emit<E extends keyof LegEvents>(event: E, ...args: LegEvents[E]): void {
    this.events.emit(event, ...args);
  }

  /** Silence is sent too: it keeps NAT bindings and the other side's recorder and watchdog going. */
  private sendFrame(samples: Int16Array | null): void {
    if (!this.options) return;
    const { codec, payloadType } = this.options;
    this.sentFrame = samples;
    const payload = samples ? codecs[codec].encode(samples) : encodedSilence[codec];
    this.transmit(this.sender.audio(payloadType, payload, samples !== null));
  }

  private transmit(packet: Buffer): void {
    if (!this.remote || this.remote.port === 0) return;
    this.packetsSent += 1;
    this.parts.socket.send(packet, this.remote.port, this.remote.address, (error) => {
      if (error) this.onSocketError(error);
    });
  }

  private onDatagram(bytes: Uint8Array, source: RemoteInfo): void {
    const packet = this.options && !this.stopped ? parseRtp(bytes) : null;
    if (!packet || !this.options || packet.payload.length === 0) return;
    const isEvent = packet.payloadType === this.options.dtmfPayloadType;
    const codec =
      packet.payloadType === this.options.payloadType
        ? this.options.codec
        : staticPayloadTypes[packet.payloadType];
    if (!isEvent && !codec) return;
    const verdict = this.lock.offer(source, packet.ssrc);
    if (verdict === 'ignored') return;
    if (verdict === 'moved') this.remote = { address: source.address, port: source.port };

    const arrivalMs = this.parts.clock.monotonicMs();
    this.firstPacketInMs ??= arrivalMs;
    this.quietMs = 0;
    const { ssrc, sequence, timestamp } = packet;
    this.reception.add({ ssrc, sequence, timestamp, arrivalMs, paced: !isEvent });
    if (isEvent) this.takeEvent(packet);
    else if (codec) this.takeAudio(packet, codecs[codec].decode(packet.payload), arrivalMs);
  }

  private takeEvent(packet: RtpPacket): void {
    const key = this.dtmfReceiver.receive(packet);
    if (key !== null) this.emit('dtmf', key);
  }

  private takeAudio(packet: RtpPacket, samples: Int16Array, arrivalMs: number): void {
    const { ssrc, sequence, timestamp } = packet;
    const result = this.jitterBuffer.push({ ssrc, sequence, timestamp, samples });
    if (result === 'duplicate') return;
    if (result === 'late') this.packetsLate += 1;
    if (isVoiced(samples)) this.lastVoicedInMs = arrivalMs;
  }

  private countQuiet(passedMs: number): void {
    const before = Math.floor(this.quietMs / silentAfterMs);
    this.quietMs += passedMs;
    if (Math.floor(this.quietMs / silentAfterMs) > before) this.emit('silent', this.quietMs);
  }

  private tellPlayed(stretches: readonly PlayedStretch[]): void {
    for (const stretch of stretches) this.emit('played', stretch);
  }

  /** A packet that cannot be sent (no route, full buffer) is as good as lost: said once, the call goes on. */
  private onSocketError(error: Error): void {
    if (this.hasSendFailed) return;
    this.hasSendFailed = true;
    this.parts.log.warn({ err: error, port: this.port }, 'media socket error');
  }

  private async close(): Promise<void> {
    const { timetable, socket, onClosed } = this.parts;
    timetable.remove(this);
    this.clear();
    await Promise.all([
      this.recorder?.stop(),
      new Promise<void>((resolve) => {
        socket.close(() => {
          onClosed();
          resolve();
        });
      }),
    ]);
  }
}

import type { Clock } from '../foundation/index.ts';
import type { AudioCoder } from './codec/coder.ts';
import { decodePcma, decodePcmu } from './codec/g711.ts';
import { NoiseSource } from './comfort-noise.ts';
import { DriftEstimator, PlayoutCorrector, shrink, stretch } from './drift.ts';
import { DtmfReceiver } from './dtmf.ts';
import { FedSound } from './fed-sound.ts';
import { codecRates, frameMs, perFrame, pooledSamples } from './frame.ts';
import { InbandDtmf } from './inband-dtmf.ts';
import { JitterBuffer, type PacketDecoder, type ReceivedAudio } from './jitter-buffer.ts';
import type { Codec, LegStart } from './model.ts';
import type { KernelFor } from './play-queue.ts';
import type { RtpPacket } from './rtp/packet.ts';
import { Reception } from './rtp/reception.ts';
import { isVoiced } from './voiced.ts';

/** RFC 3551 table 4: these numbers mean the same everywhere, and phones use them whatever was agreed. */
const staticPayloadTypes: Readonly<Record<number, 'PCMU' | 'PCMA'>> = { 0: 'PCMU', 8: 'PCMA' };
const g711 = { PCMU: decodePcmu, PCMA: decodePcma } as const;
/** RFC 3389 §4. */
const comfortNoisePayloadType = 13;
/** Packets kept until the codec is there, a second of them. */
const mostHeld = 50;

const nothing = new Int16Array(0);

export type PacketKind = 'audio' | 'noise' | 'event' | 'unknown';

export interface ReceivingParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly kernelFor: KernelFor;
  readonly onKey: (key: string) => void;
}

/** What comes from the other side, from RTP packets to frames on the leg's own timetable. */
export class Receiving implements PacketDecoder {
  private readonly parts: ReceivingParts;
  private options: LegStart | null = null;
  private codec: Codec = 'PCMU';
  private coder: AudioCoder | null = null;
  private buffer: JitterBuffer;
  private reception = new Reception();
  private dtmf = new DtmfReceiver();
  private tones: InbandDtmf | null = null;
  /** Of somebody who is there without RTP. */
  private fed: FedSound | null = null;
  private readonly noiseSource = new NoiseSource(Math.random);
  private drift: DriftEstimator;
  private corrector = new PlayoutCorrector();
  /** Given out by the buffer and not played yet: what a correction left over. */
  private rest: Int16Array = nothing;
  private held: { readonly packet: RtpPacket; readonly arrivalMs: number }[] = [];
  private concealedBefore = 0;
  private lostBefore = 0;
  private receivedBefore = 0;
  /** This process did not run for some slots: when the packets that are read now arrived, it cannot tell. */
  isHeldUp = false;
  packetsLate = 0;
  firstPacketInMs: number | null = null;
  lastVoicedInMs: number | null = null;

  constructor(parts: ReceivingParts) {
    this.parts = parts;
    this.buffer = new JitterBuffer(codecRates.PCMU, this);
    this.drift = new DriftEstimator(codecRates.PCMU.rtpClockHz);
  }

  /** @param changes a new coder will come: what the old one has not played is dropped */
  start(options: LegStart, changes: boolean): void {
    const rates = codecRates[options.codec];
    this.options = options;
    const dtmfClockHz = options.dtmfClockRateHz ?? rates.rtpClockHz;
    this.dtmf.changeClock(dtmfClockHz, rates.rtpClockHz);
    const listens = options.dtmf === 'inband' || options.dtmfPayloadType === undefined;
    if (!listens) this.tones = null;
    else if (!this.tones || changes) this.tones = new InbandDtmf(rates.sampleRateHz);
    if (!changes) return;
    this.concealedBefore += this.buffer.framesConcealed;
    if (codecRates[this.codec].rtpClockHz !== rates.rtpClockHz) {
      this.lostBefore += this.reception.packetsLost;
      this.receivedBefore += this.reception.packetsReceived;
      this.reception = new Reception(rates.rtpClockHz);
      this.dtmf = new DtmfReceiver(dtmfClockHz, rates.rtpClockHz);
    }
    this.codec = options.codec;
    this.coder = null;
    this.held = [];
    this.fed?.changeRate(rates.sampleRateHz);
    this.buffer = new JitterBuffer(rates, this);
    this.drift = new DriftEstimator(rates.rtpClockHz);
    this.corrector = new PlayoutCorrector();
    this.rest = nothing;
  }

  use(coder: AudioCoder): void {
    this.coder = coder;
    for (const { packet, arrivalMs } of this.held.splice(0)) this.store(packet, arrivalMs);
  }

  kindOf({ payloadType, payload }: RtpPacket): PacketKind {
    const { options } = this;
    if (!options || payload.length === 0) return 'unknown';
    if (payloadType === options.payloadType) return 'audio';
    if (payloadType === options.dtmfPayloadType) return 'event';
    const isNoise =
      payloadType === comfortNoisePayloadType || payloadType === options.comfortNoisePayloadType;
    if (isNoise && codecRates[options.codec].rtpClockHz === 8000) return 'noise';
    const isKnown = staticPayloadTypes[payloadType] !== undefined;
    return isKnown && codecRates[options.codec].rtpClockHz === 8000 ? 'audio' : 'unknown';
  }

  accept(packet: RtpPacket, kind: Exclude<PacketKind, 'unknown'>, arrivalMs: number): void {
    this.firstPacketInMs ??= arrivalMs;
    const { ssrc, sequence, timestamp } = packet;
    this.reception.add({ ssrc, sequence, timestamp, arrivalMs, paced: kind === 'audio' });
    if (kind === 'event') {
      const key = this.dtmf.receive(packet);
      if (key !== null && this.options?.dtmf !== 'inband') this.parts.onKey(key);
      return;
    }
    if (kind === 'audio') this.drift.add({ ssrc, timestamp, arrivalMs });
    if (this.coder) this.store(packet, arrivalMs);
    // The datagram's memory is its own: nothing writes over it while it waits.
    else if (this.held.length < mostHeld) this.held.push({ packet, arrivalMs });
  }

  /** From now on the other side is a voice that comes without RTP. @throws VoxboxError `input_invalid` */
  feed(samples: Int16Array, fromHz: number): void {
    const nowMs = this.parts.clock.monotonicMs();
    this.fed ??= new FedSound(this.parts.kernelFor, codecRates[this.codec].sampleRateHz);
    this.fed.push(samples, fromHz);
    this.firstPacketInMs ??= nowMs;
    if (isVoiced(samples)) this.lastVoicedInMs = nowMs;
  }

  /** The next 20 ms; null before the first packet, and until the codec is there. */
  pull(): Int16Array | null {
    if (this.fed) return this.fed.next() ?? new Int16Array(perFrame(codecRates[this.codec].sampleRateHz));
    if (this.firstPacketInMs === null || !this.coder) return null;
    const frame = this.nextFrame(perFrame(this.coder.sampleRateHz));
    const key = this.tones?.receive(frame) ?? null;
    if (key !== null) this.parts.onKey(key);
    return frame;
  }

  private nextFrame(length: number): Int16Array {
    if (this.rest.length === 0) {
      const frame = this.corrected(0);
      if (frame.length === length) return frame;
      this.rest = frame;
    }
    const out = pooledSamples(length);
    let filled = 0;
    while (filled < length) {
      if (this.rest.length === 0) this.rest = this.corrected(filled);
      const part = this.rest.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return out;
  }

  decode(packet: ReceivedAudio): Int16Array | null {
    if (packet.kind === 'noise') {
      this.noiseSource.receive(packet.payload);
      return this.noiseSource.next(packet.lengthSamples);
    }
    const samples =
      packet.payloadType === this.options?.payloadType
        ? (this.coder?.decode(packet.payload) ?? null)
        : this.decodeStatic(packet);
    if (samples && packet.arrivalMs !== undefined && isVoiced(samples)) {
      this.lastVoicedInMs = Math.max(this.lastVoicedInMs ?? 0, packet.arrivalMs);
    }
    return samples;
  }

  conceal(next: ReceivedAudio | null): Int16Array | null {
    return this.coder?.conceal(next?.payload) ?? null;
  }

  noise(samples: number): Int16Array {
    return this.noiseSource.next(samples);
  }

  /** More waits than is to be kept against jitter, by a frame at least. */
  get isBehind(): boolean {
    return this.waitingMs >= this.buffer.targetMs + frameMs;
  }

  /** Audio between arrival and play-out. */
  get waitingMs(): number {
    return this.buffer.depthMs + (this.rest.length * 1000) / codecRates[this.codec].sampleRateHz;
  }

  statistics() {
    const { reception, buffer, packetsLate } = this;
    const packetsLost = reception.packetsLost + this.lostBefore;
    const packetsReceived = reception.packetsReceived + this.receivedBefore;
    return {
      packetsReceived,
      packetsLost,
      packetsLate,
      packetsConcealed: this.concealedBefore + buffer.framesConcealed,
      lossFraction: packetsLost === 0 ? 0 : packetsLost / (packetsLost + packetsReceived),
      jitterMs: reception.jitterMs,
    };
  }

  /** @param restSamples given out by the buffer before, and not played yet */
  private corrected(restSamples: number): Int16Array {
    const { buffer, coder, corrector } = this;
    const frame = buffer.pull();
    if (!coder) return frame;
    const { sampleRateHz } = coder;
    const samplesPerMs = sampleRateHz / 1000;
    // Like the target, counted without the frame that is about to be played.
    const depthMs = buffer.depthMs + restSamples / samplesPerMs;
    const { targetMs } = buffer;
    const correction = corrector.decide({ depthMs, targetMs, ppm: this.drift.ppm, samples: frame });
    if (correction === 'none') return frame;
    const changed = correction === 'shrink' ? shrink(frame, sampleRateHz) : stretch(frame, sampleRateHz);
    corrector.corrected((changed.length - frame.length) / samplesPerMs);
    return changed;
  }

  private store(packet: RtpPacket, arrivalMs: number): void {
    const { ssrc, sequence, timestamp, payload, payloadType } = packet;
    const kind = this.kindOf(packet);
    if (kind !== 'audio' && kind !== 'noise') return;
    const lengthSamples = this.lengthOf(packet, kind);
    const result = this.buffer.push({
      ssrc,
      sequence,
      timestamp,
      arrivalMs: this.isHeldUp ? undefined : arrivalMs,
      kind,
      lengthSamples,
      payload,
      payloadType,
    });
    if (result === 'late') this.packetsLate += 1;
    else if (result === 'resynchronised') this.corrector.reset();
  }

  private lengthOf({ payload, payloadType }: RtpPacket, kind: 'audio' | 'noise'): number {
    const { coder } = this;
    if (!coder) return 0;
    if (kind === 'noise') return perFrame(coder.sampleRateHz);
    const samplesPerMs = coder.sampleRateHz / 1000;
    // A byte of G.711 is an eighth of a millisecond.
    const isOwn = payloadType === this.options?.payloadType;
    return Math.round((isOwn ? coder.durationMs(payload) : payload.length / 8) * samplesPerMs);
  }

  /** G.711 that came unagreed, on a wide-band leg with every other sample in the middle of its neighbours. */
  private decodeStatic({ payload, payloadType }: ReceivedAudio): Int16Array | null {
    const codec = staticPayloadTypes[payloadType];
    if (!codec) return null;
    const narrow = g711[codec](payload);
    if (this.coder?.sampleRateHz !== 16_000) return narrow;
    const wide = new Int16Array(narrow.length * 2);
    for (let i = 0; i < narrow.length; i += 1) {
      const sample = narrow[i] ?? 0;
      wide[2 * i] = sample;
      wide[2 * i + 1] = (sample + (narrow[i + 1] ?? sample)) / 2;
    }
    return wide;
  }
}

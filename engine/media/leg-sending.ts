import type { Clock } from '../foundation/index.ts';
import type { BridgeSeat } from './bridge.ts';
import type { AudioCoder } from './codec/coder.ts';
import { DtmfSender, dtmfTones } from './dtmf.ts';
import { Fader, mixed } from './fade.ts';
import { FedSound } from './fed-sound.ts';
import { codecRates, frameMs, perFrame } from './frame.ts';
import { HoldMusic } from './hold-music.ts';
import type { Codec, LegStart } from './model.ts';
import { type KernelFor, type PlayedStretch, PlayQueue } from './play-queue.ts';
import { Ringback } from './ringback.ts';
import { RtpSender } from './rtp/sender.ts';
import { isVoiced } from './voiced.ts';

/**
 * While we may not speak one silent packet goes out every 5 s: address translators forget a mapping after 30 s at
 * the earliest (RFC 4787 §4.3 wants two minutes), and two such packets may be lost on the way. It is silence of the
 * agreed codec because every phone takes that, which is not so with empty packets and unknown types (RFC 6263 §4).
 */
const keepAliveSlots = 5000 / frameMs;

/** −10 dB. */
const softGain = 10 ** (-10 / 20);

/** Sounds that all legs of a room share. */
export interface LegSounds {
  readonly musicFor: (rateHz: number) => Int16Array;
  readonly ringbackFor: (rateHz: number) => Int16Array;
}

export interface SendingParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly kernelFor: KernelFor;
  readonly sounds: LegSounds;
  /** One RTP packet, not protected yet. */
  readonly transmit: (
    packet: Buffer,
    info: { readonly timestamp: number; readonly payloadBytes: number },
  ) => void;
  readonly onPlayed: (stretches: readonly PlayedStretch[]) => void;
}

/** What goes to the other side: chooses the sound of each slot, and makes it a packet. */
export class Sending {
  /** Where the leg hears others; its `mix` is played under the queue. */
  seat: BridgeSeat | null = null;
  /** All others of the bridge, in this slot. */
  others: Int16Array | null = null;
  /** What was played from the queue in this slot. */
  saidFrame: Int16Array | null = null;
  /** What left in this slot, for the recording. */
  sentFrame: Int16Array | null = null;
  firstVoicedOutMs: number | null = null;
  private readonly parts: SendingParts;
  private readonly queue: PlayQueue;
  /** Of a person who speaks in place of the queue. */
  private fed: FedSound | null = null;
  private readonly music: HoldMusic;
  private readonly ring: Ringback;
  private readonly bridged = new Fader();
  private readonly echoed = new Fader();
  private options: LegStart | null = null;
  private codec: Codec = 'PCMU';
  private coder: AudioCoder | null = null;
  private sender = new RtpSender(perFrame(codecRates.PCMU.rtpClockHz));
  private dtmf = new DtmfSender();
  private tones: Int16Array[] = [];
  private silence: Int16Array = new Int16Array(0);
  private encodedSilence: Uint8Array | null = null;
  private echoOn = false;
  /** What came in the last slot, to be sent back. */
  private toEcho: Int16Array | null = null;
  private quietSlots = 0;
  /** What the queue is played with now, and what it goes to within a frame. */
  private gain = 1;
  private wantedGain = 1;
  private startsToSpeak = false;

  constructor(parts: SendingParts) {
    this.parts = parts;
    this.queue = new PlayQueue(parts.kernelFor, codecRates.PCMU.sampleRateHz);
    this.music = new HoldMusic(parts.sounds.musicFor);
    this.ring = new Ringback(parts.sounds.ringbackFor);
  }

  get ssrc(): number {
    return this.sender.ssrc;
  }

  get isHolding(): boolean {
    return this.music.isOn;
  }

  private get rateHz(): number {
    return codecRates[this.codec].sampleRateHz;
  }

  private get maySpeak(): boolean {
    const direction = this.options?.direction ?? 'sendrecv';
    return direction === 'sendrecv' || direction === 'sendonly';
  }

  /** @param changes a new coder will come; until then slots go by unsent */
  start(options: LegStart, changes: boolean): void {
    this.options = options;
    this.quietSlots = keepAliveSlots;
    const dtmfClockHz = options.dtmfClockRateHz ?? codecRates[options.codec].rtpClockHz;
    this.dtmf.changeClock(dtmfClockHz);
    if (!changes) return;
    const rates = codecRates[options.codec];
    // Another clock is another stream (RFC 7160 §4.1): it gets a new SSRC.
    if (codecRates[this.codec].rtpClockHz !== rates.rtpClockHz) {
      this.sender = new RtpSender(perFrame(rates.rtpClockHz));
      this.dtmf = new DtmfSender(dtmfClockHz);
    }
    if (this.rateHz !== rates.sampleRateHz) {
      this.tones = [];
      this.toEcho = null;
      this.bridged.reset();
      this.echoed.reset();
    }
    this.codec = options.codec;
    this.coder = null;
    this.queue.changeRate(rates.sampleRateHz);
    this.fed?.changeRate(rates.sampleRateHz);
  }

  use(coder: AudioCoder): void {
    this.coder = coder;
    this.silence = new Int16Array(perFrame(coder.sampleRateHz));
    // Most of what a leg sends: encoded once, where the codec has no memory.
    const isPlain = coder.name === 'PCMU' || coder.name === 'PCMA';
    this.encodedSilence = isPlain ? coder.encode(this.silence) : null;
  }

  play(id: number, samples: Int16Array, sampleRateHz: number): void {
    this.queue.add(id, samples, sampleRateHz);
  }

  /** @throws VoxboxError `input_invalid` when the rate is not usable */
  feed(samples: Int16Array, sampleRateHz: number): void {
    this.fed ??= new FedSound(this.parts.kernelFor, this.rateHz);
    this.fed.push(samples, sampleRateHz);
  }

  finish(id: number): void {
    this.queue.finish(id);
  }

  clear(): void {
    this.parts.onPlayed(this.queue.clear());
  }

  /** @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D */
  sendDtmf(keys: string): void {
    const asEvents = this.options?.dtmf !== 'inband' && this.options?.dtmfPayloadType !== undefined;
    if (asEvents) this.dtmf.queue(keys);
    else this.tones.push(...dtmfTones(keys, this.rateHz));
  }

  hold(on: boolean): void {
    this.music.turn(on);
  }

  soften(on: boolean): void {
    this.wantedGain = on ? softGain : 1;
  }

  ringback(on: boolean): void {
    this.ring.turn(on);
  }

  echo(on: boolean): void {
    this.echoOn = on;
    if (!on) this.toEcho = null;
  }

  /** What came in this slot: sent back in the next one when echo is on. */
  heard(frame: Int16Array | null): void {
    if (this.echoOn) this.toEcho = frame;
  }

  slot(missed: number): void {
    this.sentFrame = null;
    this.saidFrame = null;
    this.others = this.seat?.mixAt(this.rateHz) ?? null;
    if (!this.options || !this.coder) {
      this.sender.skip(missed + 1);
      return;
    }
    this.sender.skip(missed);
    if (this.maySpeak) this.speak(this.options);
    else this.keepAlive();
  }

  private speak(options: LegStart): void {
    const turn = this.dtmf.next(this.sender.timestamp);
    if (turn?.kind === 'event' && options.dtmfPayloadType !== undefined) {
      const { timestamp } = turn;
      this.transmit(this.sender.event(options.dtmfPayloadType, turn), timestamp, turn.payload.length);
    } else if (turn) {
      this.send(null);
    } else if (this.tones.length > 0) {
      this.send(this.tones.shift() ?? null);
    } else {
      this.send(this.nextFrame());
    }
  }

  /** Held, echoing, or speaking over what the bridge gives; the queue waits in the first two. */
  private nextFrame(): Int16Array | null {
    const { rateHz, others } = this;
    const music = this.music.next(rateHz);
    const echo = this.echoed.next(this.echoOn && !this.music.isOn ? this.toEcho : null);
    const isMuted = this.music.isOn || this.echoOn;
    const mix = this.bridged.next(isMuted ? null : others);
    if (others && this.seat?.hasSpeaker) this.ring.turn(false);
    const own = isMuted ? null : (this.fed?.next() ?? this.fromQueue());
    this.saidFrame = own;
    const ring = isMuted || own ? null : this.ring.next(rateHz);
    return mixed(mixed(mixed(own, mix), mixed(music, echo)), ring);
  }

  private fromQueue(): Int16Array | null {
    const { samples, begins, ended } = this.queue.next();
    if (begins) this.firstVoicedOutMs = null;
    if (samples && this.firstVoicedOutMs === null) this.startsToSpeak = isVoiced(samples);
    if (ended.length > 0) this.parts.onPlayed(ended);
    if (samples) this.turnDown(samples);
    return samples;
  }

  private turnDown(samples: Int16Array): void {
    const { gain, wantedGain } = this;
    this.gain = wantedGain;
    if (gain === 1 && wantedGain === 1) return;
    const step = (wantedGain - gain) / samples.length;
    for (let i = 0; i < samples.length; i += 1) samples[i] = (samples[i] ?? 0) * (gain + step * i);
  }

  /** The slot's packet is on the wire. */
  left(): void {
    if (!this.startsToSpeak) return;
    this.startsToSpeak = false;
    this.firstVoicedOutMs = this.parts.clock.monotonicMs();
  }

  private keepAlive(): void {
    this.quietSlots += 1;
    if (this.quietSlots <= keepAliveSlots) {
      this.sender.skip(1);
      return;
    }
    this.quietSlots = 1;
    this.send(null);
  }

  /** Silence is sent too: it keeps NAT bindings and the other side's recorder and watchdog going. */
  private send(samples: Int16Array | null): void {
    const { options, coder, sender } = this;
    if (!options || !coder) return;
    this.sentFrame = samples;
    const payload = samples ? coder.encode(samples) : (this.encodedSilence ?? coder.encode(this.silence));
    const { timestamp } = sender;
    this.transmit(sender.audio(options.payloadType, payload, samples !== null), timestamp, payload.length);
  }

  private transmit(packet: Buffer, timestamp: number, payloadBytes: number): void {
    this.parts.transmit(packet, { timestamp, payloadBytes });
  }
}

import type { SoundMessage, SoundOrder } from '../../../engine/api/contract/index.ts';
import { liveClient } from '../clients/live.ts';
import workletUrl from '../sound-worklet.ts?worker&url';

/** How loud each side was in a tenth of a second, 0–1. */
export interface Peak {
  readonly caller: number;
  readonly agent: number;
}

/** Which side is heard. */
export type Heard = 'both' | 'caller' | 'agent';

const peaksKept = 120;
const earlyFrames = 12;
/** What a microphone is asked to give; speech needs no more. */
const voiceRateHz = 16_000;

/** The sound of one call: its loudness as it goes, both sides to listen to, and a voice of one's own. */
export class LiveAudio {
  /** `watching`: only the loudness comes. */
  connection = $state<'off' | 'connecting' | 'watching' | 'open' | 'lost'>('off');
  /** What can be heard now; null while nothing is. */
  heard = $state<Heard | null>(null);
  microphone = $state<'off' | 'asking' | 'on' | 'refused'>('off');
  /** Of the own voice, 0–1. */
  level = $state(0);
  /** The newest last. */
  peaks = $state.raw<readonly Peak[]>([]);
  /** Name of this connection to `call.takeOver`. */
  listener: string | null = null;
  readonly #callId: string;
  #socket: WebSocket | null = null;
  #connecting: Promise<boolean> | null = null;
  #rateHz = 0;
  #player: { readonly context: AudioContext; readonly node: AudioWorkletNode } | null = null;
  #voice: { readonly context: AudioContext; readonly stream: MediaStream } | null = null;
  /** What came while the loudspeaker was being opened: the first words are not lost. */
  #early: ArrayBuffer[] = [];
  #closed = false;

  constructor(callId: string) {
    this.#callId = callId;
  }

  /** Idempotent, also while it connects. @returns whether it is connected */
  connect(): Promise<boolean> {
    if (this.connection === 'open') return Promise.resolve(true);
    this.#connecting ??= this.#open('sound').finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  /** The loudness alone, as long as nobody listens. Idempotent. */
  watch(): void {
    if (this.connection === 'off' && !this.#closed) void this.#open('levels');
  }

  #open(what: 'sound' | 'levels'): Promise<boolean> {
    let resolve: (isOpen: boolean) => void = () => {};
    const joined = new Promise<boolean>((settle) => {
      resolve = settle;
    });
    const before = this.#socket;
    this.connection = 'connecting';
    const socket = new WebSocket(liveClient.socketUrl(this.#callId, what));
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket !== socket) return;
      if (typeof data !== 'string') return this.#frame(data);
      const message = JSON.parse(data) as SoundMessage;
      if (message.kind === 'format') return void this.#format(message.rateHz);
      if (message.kind === 'levels') return this.#peak(message);
      this.listener = message.listener;
      this.connection = what === 'levels' ? 'watching' : 'open';
      resolve(true);
    };
    socket.onclose = () => {
      resolve(false);
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.listener = null;
      this.connection = this.#closed ? 'off' : 'lost';
      this.hush();
      this.closeMicrophone();
    };
    before?.close();
    return joined;
  }

  /** To be called by a click: browsers keep a page quiet that nobody has touched. */
  async hear(what: Heard): Promise<void> {
    this.heard = what;
    if (this.#rateHz > 0) await this.#openPlayer();
  }

  hush(): void {
    this.heard = null;
    this.#early = [];
    void this.#player?.context.close();
    this.#player = null;
  }

  /** @returns whether the own voice is sent from now on; what becomes of it is the box's affair */
  async openMicrophone(): Promise<boolean> {
    if (this.microphone === 'on') return true;
    this.microphone = 'asking';
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    const stream = await navigator.mediaDevices?.getUserMedia({ audio }).catch(() => null);
    if (!stream) {
      this.microphone = 'refused';
      return false;
    }
    const opened = await openVoice(stream).catch(() => null);
    // The page may be left while the browser asks.
    if (!opened || this.#closed || this.microphone !== 'asking') {
      for (const track of stream.getTracks()) track.stop();
      void opened?.context.close();
      this.microphone = opened ? 'off' : 'refused';
      return false;
    }
    this.#voice = { context: opened.context, stream };
    this.#order({ kind: 'microphone', rateHz: opened.rateHz });
    opened.node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.level = loudnessOf(new Int16Array(data));
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
    };
    this.microphone = 'on';
    return true;
  }

  /** Idempotent. */
  closeMicrophone(): void {
    const voice = this.#voice;
    this.#voice = null;
    this.level = 0;
    if (this.microphone !== 'refused') this.microphone = 'off';
    for (const track of voice?.stream.getTracks() ?? []) track.stop();
    void voice?.context.close();
  }

  /** A line in place of the own voice. */
  say(text: string): void {
    this.#order({ kind: 'say', text });
  }

  /** The page is left. Idempotent. */
  close(): void {
    this.#closed = true;
    const socket = this.#socket;
    this.#socket = null;
    this.connection = 'off';
    socket?.close();
    this.hush();
    this.closeMicrophone();
  }

  #order(order: SoundOrder): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(order));
  }

  async #format(rateHz: number): Promise<void> {
    this.#rateHz = rateHz;
    void this.#player?.context.close();
    this.#player = null;
    if (this.heard) await this.#openPlayer();
  }

  async #openPlayer(): Promise<void> {
    if (this.#player) return;
    // The browser converts to the rate of its loudspeaker.
    const context = new AudioContext({ sampleRate: this.#rateHz });
    void context.resume();
    await context.audioWorklet.addModule(workletUrl);
    if (!this.heard || this.#player || this.#closed) return void context.close();
    const node = new AudioWorkletNode(context, 'playout', { numberOfInputs: 0, outputChannelCount: [2] });
    node.connect(context.destination);
    this.#player = { context, node };
    for (const data of this.#early.splice(0)) node.port.postMessage(data, [data]);
  }

  #frame(data: ArrayBuffer): void {
    const samples = new Int16Array(data);
    const { heard } = this;
    if (!heard) return;
    // Where only one side is heard, it is heard with both ears.
    if (heard !== 'both') {
      const from = heard === 'caller' ? 0 : 1;
      for (let i = 0; i < samples.length; i += 2) {
        const sample = samples[i + from] ?? 0;
        samples[i] = sample;
        samples[i + 1] = sample;
      }
    }
    if (this.#player) this.#player.node.port.postMessage(data, [data]);
    else this.#early = [...this.#early, data].slice(-earlyFrames);
  }

  #peak({ caller, agent }: Peak): void {
    this.peaks = [...this.peaks, { caller, agent }].slice(-peaksKept);
  }
}

async function openVoice(stream: MediaStream) {
  const wired = async (context: AudioContext) => {
    try {
      void context.resume();
      await context.audioWorklet.addModule(workletUrl);
      const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
      context.createMediaStreamSource(stream).connect(node);
      return { context, node, rateHz: context.sampleRate as 16_000 | 44_100 | 48_000 };
    } catch (error) {
      void context.close();
      throw error;
    }
  };
  // Some browsers do not convert a microphone's rate: then the box does.
  return wired(new AudioContext({ sampleRate: voiceRateHz })).catch(() => wired(new AudioContext()));
}

/** 0–1, from −60 dB to full scale. */
function loudnessOf(samples: Int16Array): number {
  const squares = samples.reduce((sum, sample) => sum + sample ** 2, 0);
  const rms = Math.sqrt(squares / Math.max(1, samples.length)) / 32_768;
  return Math.max(0, Math.min(1, (20 * Math.log10(rms + 1e-6) + 60) / 60));
}

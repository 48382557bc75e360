/** The microphone while it records: how long, how loud, and at the end the sound. */
export class Microphone {
  state = $state<'off' | 'asking' | 'recording' | 'refused'>('off');
  lengthMs = $state(0);
  /** 0–1. */
  level = $state(0);
  #recorder: MediaRecorder | null = null;
  #frame = 0;
  readonly #ended: (sound: Blob) => void;
  readonly #maxMs: number;

  constructor(maxMs: number, ended: (sound: Blob) => void) {
    this.#maxMs = maxMs;
    this.#ended = ended;
  }

  async start(): Promise<void> {
    if (this.state === 'asking' || this.state === 'recording') return;
    this.state = 'asking';
    // What browsers do for meetings changes a voice.
    const audio = {
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      channelCount: 1,
    };
    const stream = await navigator.mediaDevices?.getUserMedia({ audio }).catch(() => null);
    // The page may be left while the browser asks.
    if (this.state !== 'asking') for (const track of stream?.getTracks() ?? []) track.stop();
    else if (stream) this.#record(stream);
    else this.state = 'refused';
  }

  stop(): void {
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
  }

  /** The page is left: what was recorded is thrown away. */
  close(): void {
    const recorder = this.#recorder;
    this.#recorder = null;
    this.state = 'off';
    if (recorder?.state === 'recording') recorder.stop();
  }

  #record(stream: MediaStream): void {
    const recorder = new MediaRecorder(stream);
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(analyser);
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      cancelAnimationFrame(this.#frame);
      for (const track of stream.getTracks()) track.stop();
      void context.close();
      this.level = 0;
      if (this.#recorder !== recorder) return;
      this.#recorder = null;
      this.state = 'off';
      this.#ended(new Blob(pieces, { type: recorder.mimeType }));
    };
    this.#recorder = recorder;
    this.state = 'recording';
    this.lengthMs = 0;
    recorder.start(250);
    this.#follow(analyser);
  }

  #follow(analyser: AnalyserNode): void {
    const startedMs = performance.now();
    const samples = new Float32Array(analyser.fftSize);
    const look = () => {
      analyser.getFloatTimeDomainData(samples);
      const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      // −60 dB to full scale.
      this.level = Math.max(0, Math.min(1, (20 * Math.log10(rms + 1e-6) + 60) / 60));
      this.lengthMs = performance.now() - startedMs;
      if (this.lengthMs >= this.#maxMs) this.stop();
      else this.#frame = requestAnimationFrame(look);
    };
    this.#frame = requestAnimationFrame(look);
  }
}

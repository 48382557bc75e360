import type { MediaLeg } from '../../engine/media/index.ts';
import type { NegotiatedAudio, SrfDialog } from '../../engine/sip/index.ts';
import { FakeInference } from '../../engine/speech/index.ts';

export const host = '127.0.0.1';
export const own = '+15555550100';
export const callerNumber = '+14155550132';
/** Of one end each; the agent's voice is that of `FakeInference`. */
export const tones = { caller: 600, person: 1000, agent: 200 } as const;

/** Speech in a tenth of the time, and a recogniser that hears what the test says. */
export class QuickInference extends FakeInference {
  said: string[] = [];
  /** Of each utterance, the tones that were loud in it. */
  heard: (readonly number[])[] = [];
  /** What was spoken, clause by clause; what is ready in the cache is not spoken again. */
  spoken: string[] = [];

  constructor() {
    super({ transcribe: () => ({ text: this.said.at(-1) ?? 'hello', confidence: 0.95 }) });
  }

  override transcribe(...given: Parameters<FakeInference['transcribe']>) {
    const samples = given[0].map((sample) => sample * 32_768);
    this.heard.push(Object.values(tones).filter((hz) => powerOf(samples, 16_000, hz) > 1e6));
    return super.transcribe(...given);
  }

  override async synthesise(...given: Parameters<FakeInference['synthesise']>) {
    this.spoken.push(given[0].text);
    const speech = await super.synthesise(...given);
    return { ...speech, samples: speech.samples.subarray(0, Math.ceil(speech.samples.length / 10)) };
  }
}

/** One end outside of the box: a phone, or a caller. Dialog and media are real. */
export class Party {
  readonly leg: MediaLeg;
  readonly keys: string[] = [];
  dialog: SrfDialog | null = null;
  audio: NegotiatedAudio | null = null;
  ended = false;
  /** What it was told of calls that it put through: the lines of NOTIFYs, with the state of the subscription. */
  readonly told: string[] = [];
  /** Frames in which a frequency was loud, by hertz. */
  readonly #heard = new Map<number, number>();
  voiced = 0;
  #stretch = 0;

  constructor(leg: MediaLeg) {
    this.leg = leg;
    leg.on('dtmf', (key) => this.keys.push(key));
    leg.on('audio', (samples, rateHz) => {
      if (powerOf(samples, rateHz, 0) > 1e6) this.voiced += 1;
      for (const hz of Object.values(tones)) {
        if (powerOf(samples, rateHz, hz) > 1e6) this.#heard.set(hz, (this.#heard.get(hz) ?? 0) + 1);
      }
    });
  }

  heard(hz: number): number {
    return this.#heard.get(hz) ?? 0;
  }

  begin(audio: NegotiatedAudio): void {
    this.audio = audio;
    const { srtp, remote, codec, payloadType, dtmfPayloadType } = audio;
    this.leg.start({
      ...{ remote, codec, payloadType },
      ...(dtmfPayloadType === null ? {} : { dtmfPayloadType }),
      ...(srtp ? { srtp: { send: srtp.send, receive: srtp.receive } } : {}),
    });
  }

  attach(dialog: SrfDialog): void {
    this.dialog = dialog;
    dialog.on('destroy', () => {
      this.ended = true;
    });
    dialog.on('notify', (req, res) => {
      this.told.push(`${req.body.trim().slice(8)} ${req.get('subscription-state')?.split(';', 1)[0]}`);
      res.send(200);
    });
  }

  /** Puts whom it talks with through: to a name or a number, or to whom another phone talks with. @returns the status */
  async refer(to: string, replaces?: Party): Promise<number> {
    const named = replaces?.dialog?.sip;
    const header = named
      ? `?Replaces=${encodeURIComponent(`${named.callId};to-tag=${named.remoteTag};from-tag=${named.localTag}`)}`
      : '';
    const headers = { 'Refer-To': `<sip:${to}@${host}${header}>` };
    return (await this.dialog?.request({ method: 'REFER', headers }))?.status ?? 0;
  }

  tone(hz: number, ms: number): void {
    const samples = Int16Array.from({ length: ms * 8 }, (_, i) =>
      Math.round(6000 * Math.sin((2 * Math.PI * hz * i) / 8000)),
    );
    this.#stretch += 1;
    this.leg.play({ id: this.#stretch, samples, sampleRateHz: 8000 });
    this.leg.finish(this.#stretch);
  }

  async hangUp(): Promise<void> {
    this.ended = true;
    await this.dialog?.destroy();
    await this.leg.stop();
  }
}

/** Mean power at a frequency (Goertzel), or of everything for 0 Hz. */
function powerOf(samples: Int16Array | Float32Array, rateHz: number, hz: number): number {
  if (hz === 0) return [...samples].reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let [before, now] = [0, 0];
  for (const sample of samples) [before, now] = [now, sample + turn * now - before];
  return (2 * (now * now + before * before - turn * now * before)) / (samples.length * samples.length);
}

export async function until(what: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

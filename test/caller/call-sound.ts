import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  type SoundMessage,
  type SoundOrder,
  soundMessageModel,
  soundPath,
} from '../../engine/api/contract/index.ts';
import { runningEngine } from '../../engine/store/index.ts';
import type { ReachedEngine } from './engine-api.ts';

/** 20 ms of both sides, as somebody at the desk hears them. */
export interface DeskFrame {
  /** Monotonic milliseconds of its arrival. */
  readonly atMs: number;
  readonly caller: Int16Array;
  readonly agent: Int16Array;
}

const voiceRateHz = 16_000;
const frameMs = 20;
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The desk's end of a call's sound, as a browser has it. */
export class CallSound {
  readonly frames: DeskFrame[] = [];
  readonly messages: SoundMessage[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.frames.push(frameOf(data));
      else this.messages.push(soundMessageModel.parse(JSON.parse(data.toString('utf8'))));
    });
  }

  /** Resolves when the box has let it in; rejects when it has not. */
  static async open({ http, dataDir }: ReachedEngine, callId: string): Promise<CallSound> {
    const url = `${http.replace(/^http/, 'ws')}${soundPath.replace(':id', callId)}`;
    const headers = { authorization: `Bearer ${runningEngine(dataDir)?.http?.key}` };
    const sound = new CallSound(new WebSocket(url, { headers }));
    const refused = sound.closed.then((code) => Promise.reject(new Error(`the sound was refused: ${code}`)));
    await Promise.race([sound.#joined(), refused]);
    refused.catch(() => {});
    return sound;
  }

  /** Names it to `call.takeOver`. */
  get listener(): string {
    const joined = this.messages.find((message) => message.kind === 'joined');
    if (!joined) throw new Error('the sound is not joined');
    return joined.listener;
  }

  order(order: SoundOrder): void {
    this.#socket.send(JSON.stringify(order));
  }

  /** Speaks in real time, as a microphone does. */
  async speak(samples: Int16Array, rateHz: 8000 | 16_000 = voiceRateHz): Promise<void> {
    this.order({ kind: 'microphone', rateHz });
    const frameSamples = (rateHz * frameMs) / 1000;
    const startedMs = nowMs();
    for (let at = 0, n = 0; at < samples.length; at += frameSamples, n += 1) {
      const frame = samples.subarray(at, at + frameSamples);
      this.#socket.send(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
      await sleep(Math.max(0, startedMs + (n + 1) * frameMs - nowMs()));
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  async #joined(): Promise<void> {
    while (!this.messages.some((message) => message.kind === 'joined')) await sleep(5);
  }
}

function frameOf(data: Buffer): DeskFrame {
  const samples = data.length / 4;
  const side = (channel: 0 | 1) =>
    Int16Array.from({ length: samples }, (_, i) => data.readInt16LE(4 * i + 2 * channel));
  return { atMs: nowMs(), caller: side(0), agent: side(1) };
}

/** A tone of half the telephone's level. */
export const tone = (hz: number, ms: number, rateHz = voiceRateHz): Int16Array =>
  Int16Array.from({ length: (rateHz * ms) / 1000 }, (_, n) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );

/** Whether a frame is mostly that tone: the share of its energy that lies there (Goertzel). */
export function isTone(samples: Int16Array, hz: number, rateHz: number): boolean {
  let [re, im, energy] = [0, 0, 0];
  samples.forEach((sample, n) => {
    const turn = (2 * Math.PI * hz * n) / rateHz;
    re += sample * Math.cos(turn);
    im += sample * Math.sin(turn);
    energy += sample * sample;
  });
  const isLoud = energy / samples.length > 500 ** 2;
  return isLoud && (2 * (re * re + im * im)) / samples.length > 0.6 * energy;
}

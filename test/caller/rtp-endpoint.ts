import { EventEmitter, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FromThread, RtpReport, ToThread } from './rtp-messages.ts';

export type { RtpReport } from './rtp-messages.ts';

export interface HeardFrame {
  readonly atMs: number;
  readonly voiced: boolean;
  readonly samples: Int16Array;
}

/**
 * The caller's end of the audio: a thread of its own with a socket of its own, so that what the box
 * or the models do does not move the caller's timetable or its measurements.
 */
export class RtpEndpoint {
  readonly port: number;
  readonly #thread: Worker;
  readonly #events = new EventEmitter<{
    heard: [HeardFrame];
    said: [number, number | null];
    stopped: [RtpReport];
  }>();
  #nextId = 1;
  #report: Promise<RtpReport> | null = null;

  private constructor(thread: Worker, port: number) {
    this.#thread = thread;
    this.port = port;
    thread.on('message', (message: FromThread) => {
      if (message.kind === 'heard') this.#events.emit('heard', message);
      if (message.kind === 'said') this.#events.emit('said', message.id, message.lastVoicedMs);
      if (message.kind === 'stopped') this.#events.emit('stopped', message.report);
    });
  }

  /** @param recordingPath what the caller hears is written there as a WAV file at the end */
  static async bind(host = '127.0.0.1', recordingPath: string | null = null): Promise<RtpEndpoint> {
    const thread = new Worker(new URL('./rtp-thread.ts', import.meta.url));
    thread.postMessage({ kind: 'bind', host, recordingPath } satisfies ToThread);
    const [message] = (await once(thread, 'message')) as [FromThread];
    if (message.kind !== 'bound') throw new Error('The RTP thread did not bind');
    return new RtpEndpoint(thread, message.port);
  }

  start(remote: {
    readonly address: string;
    readonly port: number;
    readonly payloadType: 0 | 8;
    readonly dtmfPayloadType: number | null;
  }): void {
    this.#post({ kind: 'start', ...remote });
  }

  onHeard(listener: (frame: HeardFrame) => void): void {
    this.#events.on('heard', listener);
  }

  /** Resolves when the last packet has left, with the time at which the last voiced one did. */
  say(samples: Int16Array): Promise<number | null> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const listener = (said: number, lastVoicedMs: number | null) => {
        if (said !== id) return;
        this.#events.off('said', listener);
        resolve(lastVoicedMs);
      };
      this.#events.on('said', listener);
      this.#post({ kind: 'say', id, samples });
    });
  }

  pressKeys(keys: string): void {
    this.#post({ kind: 'keys', keys });
  }

  stop(): Promise<RtpReport> {
    this.#report ??= (async () => {
      const stopped = once(this.#events, 'stopped') as Promise<[RtpReport]>;
      this.#post({ kind: 'stop' });
      const [report] = await stopped;
      await this.#thread.terminate();
      return report;
    })();
    return this.#report;
  }

  #post(message: ToThread): void {
    this.#thread.postMessage(message);
  }
}

import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fromErrorShape, type LogOptions, VoxboxError } from '../foundation/index.ts';
import type {
  Bridge,
  FeedWay,
  LegEvents,
  LegStart,
  LegStatistics,
  LegTimes,
  Media,
  MediaLeg,
} from './model.ts';
import type { FromThread, LegPicture, LegSwitch, ThreadInit, ToThread } from './thread-messages.ts';

export interface MediaThreadOptions {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
  /** The thread writes its own log. */
  readonly log: LogOptions;
}

/**
 * Media on a thread of its own. Legs behave as those of `createMedia`, but for two things: orders take
 * effect a moment later, and `times` and `statistics` are of the leg's last event, 20 ms ago at most.
 * A thread that dies ends the process, and with it only the calls that it carried.
 */
export function createMediaThread(options: MediaThreadOptions): Media {
  return new MediaThread(options);
}

type Asking = Extract<ToThread, { readonly id: number }>;
type Question = Asking extends infer A ? (A extends Asking ? Omit<A, 'id'> : never) : never;
type Answer = Extract<FromThread, { readonly kind: 'opened' | 'done' }>;

class MediaThread implements Media {
  readonly #thread: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  readonly #legs = new Map<number, ThreadLeg>();
  #lastId = 0;
  #lastBridge = 0;
  #stopping: Promise<void> | null = null;

  constructor({ host, portMin, portMax, log }: MediaThreadOptions) {
    const workerData: ThreadInit = { host, portMin, portMax, log, timeOriginMs: performance.timeOrigin };
    this.#thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData });
    this.#thread.on('message', (messages: readonly FromThread[]) => {
      for (const message of messages) this.#receive(message);
    });
    this.#thread.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
      if (!this.#stopping) throw gone();
    });
  }

  async openLeg(): Promise<MediaLeg> {
    const answer = await this.#ask({ kind: 'open' });
    if (answer.kind !== 'opened') throw gone();
    const { leg: number, port, picture } = answer;
    const leg = new ThreadLeg({
      number,
      port,
      picture,
      order: (order) => this.#thread.postMessage({ ...order, leg: number } satisfies ToThread),
      stop: async () => {
        await this.#ask({ kind: 'stop-leg', leg: number });
        this.#legs.delete(number);
      },
    });
    this.#legs.set(number, leg);
    return leg;
  }

  bridge(): Bridge {
    this.#lastBridge += 1;
    const bridge = this.#lastBridge;
    const order = (message: ToThread): void => this.#thread.postMessage(message);
    const numberOf = (leg: MediaLeg): number => {
      if (leg instanceof ThreadLeg && this.#legs.get(leg.number) === leg) return leg.number;
      throw new VoxboxError('input_invalid', 'the leg belongs to another media room');
    };
    order({ kind: 'bridge-open', bridge });
    return {
      add: (leg, { agent = false } = {}) => order({ kind: 'bridge-add', bridge, leg: numberOf(leg), agent }),
      remove: (leg) => {
        // One that has stopped has left already.
        if (leg instanceof ThreadLeg) order({ kind: 'bridge-remove', bridge, leg: leg.number });
      },
      close: () => order({ kind: 'bridge-close', bridge }),
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#ask({ kind: 'stop' }).then(
      async () => void (await this.#thread.terminate()),
      () => {},
    );
    return this.#stopping;
  }

  #ask(question: Question): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread.postMessage({ ...question, id } satisfies ToThread);
    });
  }

  #receive(message: FromThread): void {
    if (message.kind === 'event') {
      this.#legs
        .get(message.leg)
        ?.tell(message.picture, (leg) => leg.emit(message.event.name, ...message.event.args));
    } else if (message.kind === 'closed') {
      this.#legs.get(message.leg)?.tell(message.picture, () => {});
    } else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.kind === 'failed') waiting?.reject(fromErrorShape(message.error));
      else waiting?.resolve(message);
    }
  }
}

type Unnumbered<T> = T extends { readonly leg: number } ? Omit<T, 'leg'> : never;
type LegOrder = Unnumbered<Exclude<ToThread, Asking | { readonly bridge: number }>>;

interface ThreadLegParts {
  readonly number: number;
  readonly port: number;
  readonly picture: LegPicture;
  readonly order: (order: LegOrder) => void;
  readonly stop: () => Promise<void>;
}

class ThreadLeg implements MediaLeg {
  readonly number: number;
  readonly port: number;
  readonly #parts: ThreadLegParts;
  readonly #events = new EventEmitter<LegEvents>();
  #picture: LegPicture;
  #stopping: Promise<void> | null = null;

  constructor(parts: ThreadLegParts) {
    this.number = parts.number;
    this.port = parts.port;
    this.#parts = parts;
    this.#picture = parts.picture;
  }

  start(options: LegStart): void {
    this.#parts.order({ kind: 'start', options });
  }

  play(stretch: Parameters<MediaLeg['play']>[0]): void {
    this.#parts.order({ kind: 'play', stretch });
  }

  finish(id: number): void {
    this.#parts.order({ kind: 'finish', stretch: id });
  }

  clear(): void {
    this.#parts.order({ kind: 'clear' });
  }

  sendDtmf(keys: string): void {
    this.#parts.order({ kind: 'dtmf', keys });
  }

  hold(on: boolean): void {
    this.#turn('hold', on);
  }

  recording(on: boolean): void {
    this.#turn('recording', on);
  }

  soften(on: boolean): void {
    this.#turn('soften', on);
  }

  echo(on: boolean): void {
    this.#turn('echo', on);
  }

  ringback(on: boolean): void {
    this.#turn('ringback', on);
  }

  tap(on: boolean): void {
    this.#turn('tap', on);
  }

  feed(way: FeedWay, samples: Int16Array, sampleRateHz: number): void {
    this.#parts.order({ kind: 'feed', way, samples, sampleRateHz });
  }

  on<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    (this.#events as EventEmitter).on(event, listener as (...args: unknown[]) => void);
  }

  off<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void {
    (this.#events as EventEmitter).off(event, listener as (...args: unknown[]) => void);
  }

  times(): LegTimes {
    return this.#picture.times;
  }

  statistics(): LegStatistics {
    return this.#picture.statistics;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#parts.stop();
    return this.#stopping;
  }

  #turn(what: LegSwitch, on: boolean): void {
    this.#parts.order({ kind: 'turn', what, on });
  }

  /** The picture first: whoever hears of the event may ask for its times. */
  tell(picture: LegPicture, event: (events: EventEmitter) => void): void {
    this.#picture = picture;
    event(this.#events as EventEmitter);
  }
}

const gone = (): VoxboxError => new VoxboxError('call_worker_unavailable', 'the media thread has ended');

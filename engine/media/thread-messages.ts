import type { ErrorShape, LogOptions } from '../foundation/index.ts';
import type { FeedWay, LegEvents, LegStart, LegStatistics, LegTimes, MediaLeg } from './model.ts';

/** Between a process and its media thread. `leg` is the leg's number; `id` asks for an answer. */

export interface ThreadInit {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
  readonly log: LogOptions;
  /** `performance.timeOrigin` of the thread that listens: monotonic times are told on its scale. */
  readonly timeOriginMs: number;
}

export type LegSwitch = 'hold' | 'recording' | 'echo' | 'ringback' | 'soften' | 'tap';

export type ToThread =
  | { readonly kind: 'open'; readonly id: number }
  | { readonly kind: 'start'; readonly leg: number; readonly options: LegStart }
  | { readonly kind: 'play'; readonly leg: number; readonly stretch: Parameters<MediaLeg['play']>[0] }
  | { readonly kind: 'finish'; readonly leg: number; readonly stretch: number }
  | { readonly kind: 'clear'; readonly leg: number }
  | { readonly kind: 'dtmf'; readonly leg: number; readonly keys: string }
  | {
      readonly kind: 'feed';
      readonly leg: number;
      readonly way: FeedWay;
      readonly samples: Int16Array;
      readonly sampleRateHz: number;
    }
  /** A switch of the leg. */
  | { readonly kind: 'turn'; readonly leg: number; readonly what: LegSwitch; readonly on: boolean }
  /** Bridges are numbered by who asks for them. */
  | { readonly kind: 'bridge-open'; readonly bridge: number }
  | { readonly kind: 'bridge-add'; readonly bridge: number; readonly leg: number; readonly agent: boolean }
  | { readonly kind: 'bridge-remove'; readonly bridge: number; readonly leg: number }
  | { readonly kind: 'bridge-close'; readonly bridge: number }
  | { readonly kind: 'stop-leg'; readonly id: number; readonly leg: number }
  | { readonly kind: 'stop'; readonly id: number };

/** What a leg tells, as pairs of name and arguments. */
export type LegEvent = {
  [E in keyof LegEvents]: { readonly name: E; readonly args: LegEvents[E] };
}[keyof LegEvents];

export interface LegPicture {
  readonly times: LegTimes;
  readonly statistics: LegStatistics;
}

/** Posted as lists, in the order in which they were told. */
export type FromThread =
  | {
      readonly kind: 'opened';
      readonly id: number;
      readonly leg: number;
      readonly port: number;
      readonly picture: LegPicture;
    }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorShape }
  /** The picture is of the moment of the event. */
  | { readonly kind: 'event'; readonly leg: number; readonly event: LegEvent; readonly picture: LegPicture }
  | { readonly kind: 'closed'; readonly leg: number; readonly picture: LegPicture };

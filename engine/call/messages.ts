import type {
  CallerContext,
  HandBack,
  ProfileSnapshot,
  ReceptionistTools,
  SessionTurn,
  TransferFailure,
} from '../agent/index.ts';
import type { Config, ErrorShape, ProviderHealth } from '../foundation/index.ts';
import type { FeedWay, LegStart, LegStatistics } from '../media/index.ts';
import type { LocalManner } from './local-manner.ts';
import type { ProviderChains } from './providers.ts';

/** Everything that passes between the engine and a call worker: one tagged union each way. */

/** The leg of whoever rang. The legs of people who are rung during a call have ids of their own. */
export const callerLeg = 'caller';

export type ToolName = keyof ReceptionistTools;

export type ToEngineTool = {
  readonly [N in ToolName]: { readonly name: N; readonly args: Parameters<ReceptionistTools[N]>[0] };
}[ToolName];

export type ToolResult = {
  readonly [N in ToolName]: { readonly name: N; readonly value: Awaited<ReturnType<ReceptionistTools[N]>> };
}[ToolName];

/** Given once, first of all. */
export interface WorkerInit {
  readonly rtpHost: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly modelsDir: string;
  /** Where ready audio of fixed phrases is kept. */
  readonly phraseDir: string;
  readonly logLevel: Config['logLevel'];
  readonly logFile: string | null;
  readonly logPersonalData: boolean;
}

/** Something that is asked of one leg; `id` asks for a `done` or `failed` with the same id. */
interface OfLeg<K extends string> {
  readonly kind: K;
  readonly id: number;
  readonly callId: string;
  readonly leg: string;
}

/** Switches of a leg, as the media leg has them. */
type Switch<K extends string> = OfLeg<K> & { readonly on: boolean };

/** Engine → call worker. `id` asks for a `done` or `failed` with the same id. */
export type ToWorker =
  | { readonly kind: 'init'; readonly id: number; readonly init: WorkerInit }
  /** The models are there, or there again: from now on agents can be started and words be said. */
  | { readonly kind: 'models'; readonly id: number; readonly inferenceSocket: string }
  | OfLeg<'open-leg'>
  /** Also for what a re-INVITE changes: address, codec, keys, direction. */
  | (OfLeg<'start-leg'> & { readonly start: LegStart })
  | OfLeg<'stop-leg'>
  /** The leg goes over to another call with its media as it is, and out of its bridge. */
  | (OfLeg<'move-leg'> & { readonly toCallId: string })
  | Switch<'hold'>
  | Switch<'recording'>
  | Switch<'echo'>
  | Switch<'ringback'>
  /** Whether `sound` is told of the leg. */
  | Switch<'tap'>
  /** Whether `voice` is told when somebody speaks on the leg. */
  | Switch<'listen'>
  /** `agent`: the agent on the leg takes part; all hear it, and it hears all. */
  | (OfLeg<'bridge-add'> & { readonly agent: boolean })
  | OfLeg<'bridge-remove'>
  | (OfLeg<'send-dtmf'> & { readonly keys: string })
  /** A key that came by SIP INFO: the same path as one that came by RTP. */
  | (OfLeg<'press-key'> & { readonly key: string })
  /** Says words without the agent; done when the last one has left, or when the leg ends. */
  | (OfLeg<'play'> & { readonly text: string; readonly manner: LocalManner })
  /** While it rings: what the agent will say and read first is made ready. It is not waited for. */
  | {
      readonly kind: 'warm-agent';
      readonly id: number;
      readonly callId: string;
      readonly snapshot: ProfileSnapshot;
      readonly providers: ProviderChains;
    }
  | {
      readonly kind: 'start-agent';
      readonly id: number;
      readonly callId: string;
      readonly snapshot: ProfileSnapshot;
      readonly caller: CallerContext;
      readonly providers: ProviderChains;
    }
  /**
   * The agent does not speak any more; done when what it was saying has been played, at the latest after `withinMs`.
   * `hears`: a person talks in its place; what they and the caller say is written down.
   */
  | {
      readonly kind: 'pause-agent';
      readonly id: number;
      readonly callId: string;
      readonly withinMs: number;
      readonly hears: boolean;
    }
  /** The agent is back with the caller; after a transfer that failed, or a person of the staff, it says so. */
  | {
      readonly kind: 'resume-agent';
      readonly id: number;
      readonly callId: string;
      readonly after: TransferFailure | HandBack | null;
    }
  /** A hint for the agent, or a line of the caller's that was typed. */
  | {
      readonly kind: 'whisper' | 'type';
      readonly id: number;
      readonly callId: string;
      readonly text: string;
    }
  | ({ readonly kind: 'feed'; readonly callId: string } & FedVoice)
  /** Makes fixed phrases ready ahead of the first call. */
  | {
      readonly kind: 'prepare';
      readonly id: number;
      readonly snapshot: ProfileSnapshot;
      readonly providers: ProviderChains;
    }
  | { readonly kind: 'stop-call'; readonly id: number; readonly callId: string }
  | {
      readonly kind: 'tool-done';
      readonly callId: string;
      readonly request: number;
      readonly result: ToolResult;
    }
  | {
      readonly kind: 'tool-failed';
      readonly callId: string;
      readonly request: number;
      readonly error: ErrorShape;
    };

/** 20 ms or so of a voice that comes over a network, for one leg: of its other side, or in place of its agent. */
export interface FedVoice {
  readonly leg: string;
  readonly way: FeedWay;
  readonly samples: Int16Array;
  readonly rateHz: number;
}

/** What each leg of a call has sent and received. */
export type CallStatistics = Readonly<Record<string, LegStatistics>>;

/** Words still being spoken, by the caller or by whoever talks in the agent's place; not stored. */
export interface Interim {
  readonly speaker: 'caller' | 'staff';
  readonly text: string;
}

/** Call worker → engine. */
export type FromWorker =
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly port?: number;
      /** Of the legs that the order ended. */
      readonly statistics?: CallStatistics;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorShape }
  | ({ readonly kind: 'turn'; readonly callId: string } & SessionTurn)
  | ({ readonly kind: 'interim'; readonly callId: string } & Interim)
  | {
      readonly kind: 'slots';
      readonly callId: string;
      readonly skill: string;
      readonly slots: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'tool'; readonly callId: string; readonly request: number; readonly tool: ToEngineTool }
  /** The agent has told the caller that it connects them, to the end, and waits. */
  | { readonly kind: 'transfer'; readonly callId: string; readonly targetId: string }
  /** A key was pressed, or somebody spoke where it is listened for. */
  | { readonly kind: 'key'; readonly callId: string; readonly leg: string; readonly key: string }
  | { readonly kind: 'voice'; readonly callId: string; readonly leg: string }
  /** 20 ms of a leg that is tapped, as it is recorded: interleaved, its other side left, ours right. */
  | {
      readonly kind: 'sound';
      readonly callId: string;
      readonly leg: string;
      readonly samples: Int16Array;
      readonly rateHz: number;
    }
  /** Nothing has arrived on the leg for a while, although it should. */
  | { readonly kind: 'silent'; readonly callId: string; readonly leg: string; readonly forMs: number }
  /** A provider of speech or language has begun to fail, or is well again. */
  | { readonly kind: 'provider-health'; readonly health: ProviderHealth }
  /** How the legs are doing: all every few seconds, and each at its end. */
  | { readonly kind: 'statistics'; readonly callId: string; readonly legs: CallStatistics }
  | {
      readonly kind: 'end-call';
      readonly callId: string;
      readonly reason: 'agent' | 'failed';
    };

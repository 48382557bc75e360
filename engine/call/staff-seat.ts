import type { HandBack } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { callerLeg, type FedVoice } from './messages.ts';
import type { CallRegistry } from './registry.ts';
import type { CallWorker } from './worker-client.ts';

/** One who listens to a call from a screen. */
export interface Ear {
  /** They have a voice; without one they only see how loud it is. */
  readonly speaks: boolean;
  /** 20 ms of both sides, interleaved: caller left, agent right. */
  hear(samples: Int16Array, rateHz: number): void;
  /** The call is over. */
  gone(): void;
}

/** The way back of one who listens. */
export interface Listening {
  /** Names them to `takeOver`. */
  readonly id: string;
  readonly speaksAs: 'staff' | 'caller';
  /** Their voice, mono; nothing comes of it while they only listen. */
  speak(samples: Int16Array, rateHz: number): void;
  /** A line in place of their voice; for those who are the caller. @throws VoxboxError `call_not_in_agents_hands` */
  say(text: string): Promise<void>;
  /** Idempotent. Whoever had taken the call over leaves the caller to the agent. */
  leave(): void;
}

export interface StaffDeed {
  readonly type: 'call.taken-over' | 'call.given-back' | 'call.whispered';
  readonly by: string;
}

export interface StaffSeatParts {
  readonly callId: string;
  readonly worker: Pick<CallWorker, 'request' | 'feed'>;
  readonly newId: () => string;
  readonly registry: Pick<CallRegistry, 'takenOver'>;
  /** `in`: the first who comes with a voice is the caller. `out`: all are of the staff. */
  readonly way: FedVoice['way'];
  /** The agent has the caller, and nothing else is under way with the call. */
  readonly isWithAgent: () => boolean;
  /** Gives the agent the caller back. */
  readonly resumeAgent: (after: HandBack) => Promise<void>;
  /** What was done from here, and by whom. `words` are for the transcript. */
  readonly onDone: (done: StaffDeed, words: string) => void;
  /** The caller has come to the seat, or has left it. */
  readonly onCaller?: (isThere: boolean) => void;
}

/**
 * The seat of the staff at one call: they listen, whisper a hint to the agent, and talk with the caller in its place.
 * Their voice takes the agent's way to the caller, so that the recording goes on as it is.
 */
export class StaffSeat {
  readonly #parts: StaffSeatParts;
  readonly #ears = new Map<string, Ear>();
  #caller: string | null = null;
  #taken: { readonly by: string; readonly listener: string } | null = null;

  constructor(parts: StaffSeatParts) {
    this.#parts = parts;
  }

  /** Somebody talks with the caller in the agent's place. */
  get isTaken(): boolean {
    return this.#taken !== null;
  }

  listen(ear: Ear): Listening {
    const { worker, callId, newId, onCaller } = this.#parts;
    const id = newId();
    const isCaller = this.#parts.way === 'in' && ear.speaks && this.#caller === null;
    const way = isCaller ? 'in' : 'out';
    if (isCaller) this.#caller = id;
    this.#ears.set(id, ear);
    if (this.#ears.size === 1) this.#tap(true);
    if (isCaller) onCaller?.(true);
    return {
      id,
      speaksAs: isCaller ? 'caller' : 'staff',
      speak: (samples, rateHz) => {
        const speaks = isCaller || this.#taken?.listener === id;
        if (speaks && this.#ears.has(id)) worker.feed(callId, { leg: callerLeg, way, samples, rateHz });
      },
      say: async (text) => {
        if (!isCaller) throw notNow('only the caller of a practice talk types');
        await worker.request({ kind: 'type', callId, text });
      },
      leave: () => {
        if (!this.#ears.delete(id)) return;
        if (this.#taken?.listener === id) this.giveBack('left-alone').catch(() => {});
        if (this.#ears.size === 0) this.#tap(false);
        if (isCaller) onCaller?.(false);
      },
    };
  }

  /** What the call worker tells of the caller's leg. */
  hear(samples: Int16Array, rateHz: number): void {
    for (const ear of this.#ears.values()) ear.hear(samples, rateHz);
  }

  /** A hint for the agent's next turn. @throws VoxboxError `call_not_in_agents_hands` */
  async whisper({ by, text }: { readonly by: string; readonly text: string }): Promise<void> {
    const { worker, callId, isWithAgent, onDone } = this.#parts;
    if (!isWithAgent()) throw notNow('there is no agent that could be told');
    await worker.request({ kind: 'whisper', callId, text });
    onDone({ type: 'call.whispered', by }, `(${by} to the receptionist: ${text})`);
  }

  /** @throws VoxboxError `call_not_in_agents_hands`; `input_invalid` where nobody listens under that name */
  async takeOver(who: { readonly by: string; readonly listener: string }): Promise<void> {
    const { worker, callId, way, registry, isWithAgent, onDone } = this.#parts;
    if (this.#ears.get(who.listener)?.speaks !== true)
      throw new VoxboxError('input_invalid', 'listener: is not connected');
    if (way === 'in' || this.#taken || !isWithAgent()) throw notNow('the agent does not have the caller');
    // At once: a second one who asks meanwhile comes too late, and the voice may follow.
    this.#taken = who;
    try {
      await worker.request({ kind: 'pause-agent', callId, withinMs: 0, hears: true });
    } catch (error) {
      this.#taken = null;
      throw error;
    }
    if (this.#taken !== who) throw notNow('the call is over');
    registry.takenOver(callId, who.by);
    onDone({ type: 'call.taken-over', by: who.by }, `(${who.by} has taken over the call.)`);
    // They may have closed the page meanwhile.
    if (!this.#ears.has(who.listener)) await this.giveBack('left-alone');
  }

  /** @throws VoxboxError `call_not_in_agents_hands` where nobody has taken over */
  async giveBack(how: HandBack): Promise<void> {
    if (!this.#taken) throw notNow('nobody has taken the call over');
    this.release(how === 'given-back' ? 'has given the call back' : 'has left the call');
    await this.#parts.resumeAgent(how);
  }

  /** The caller goes to somebody else: whoever had taken over only listens again. */
  release(words = 'has put the caller through'): void {
    const taken = this.#taken;
    if (!taken) return;
    const { callId, registry, onDone } = this.#parts;
    this.#taken = null;
    registry.takenOver(callId, null);
    onDone({ type: 'call.given-back', by: taken.by }, `(${taken.by} ${words}.)`);
  }

  /** The call is over. */
  close(): void {
    this.#taken = null;
    const ears = [...this.#ears.values()];
    this.#ears.clear();
    for (const ear of ears) ear.gone();
  }

  #tap(on: boolean): void {
    const { worker, callId } = this.#parts;
    // A leg that is gone has nothing to tell.
    worker.request({ kind: 'tap', callId, leg: callerLeg, on }).catch(() => {});
  }
}

const notNow = (why: string): VoxboxError => new VoxboxError('call_not_in_agents_hands', why);

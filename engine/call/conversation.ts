import type { ReplacedCall, SrfDialog, SrfRequest, SrfResponse } from '../sip/index.ts';
import type { LineLeg } from './line-leg.ts';
import { callerLeg } from './messages.ts';
import type { PlacedLeg } from './placed-leg.ts';
import type { CallWorker } from './worker-client.ts';

/** One end of a conversation: whoever rang the box, or somebody who was taken in. */
export type End = 'caller' | PlacedLeg;

export interface ConversationParts {
  readonly callId: string;
  readonly caller: LineLeg;
  readonly worker: CallWorker;
  /** Aborted when the call is over: nobody is taken in any more. */
  readonly over: AbortSignal;
  /** Whether the agent talks with the caller, and so with everybody. */
  readonly withAgent: () => boolean;
  /** Somebody has left by themselves. */
  readonly left: (person: PlacedLeg) => void;
  readonly refer: (end: End, req: SrfRequest, res: SrfResponse) => void;
}

/** How long whoever has put a call through may take to hang up before we do. */
const graceMs = 1500;

/** Who talks with whom in one call. Everybody hears everybody else, through one bridge. */
export class Conversation {
  readonly callId: string;
  readonly caller: LineLeg;
  readonly #parts: ConversationParts;
  readonly #people = new Set<PlacedLeg>();
  #hasCaller = true;

  constructor(parts: ConversationParts) {
    this.callId = parts.callId;
    this.caller = parts.caller;
    this.#parts = parts;
    parts.caller.obey({
      refer: (req, res) => parts.refer('caller', req, res),
      held: (held) => void this.#holds('caller', held),
    });
  }

  /** Those who were taken in. */
  get people(): readonly PlacedLeg[] {
    return [...this.#people];
  }

  /** False once the caller has handed the call over, and has left. */
  get hasCaller(): boolean {
    return this.#hasCaller;
  }

  /** Nobody is left to talk with. */
  get isAlone(): boolean {
    return this.#people.size < (this.#hasCaller ? 1 : 2);
  }

  /** Everybody but one. */
  othersThan(end: End): readonly LineLeg[] {
    const people = this.people.filter((person) => person !== end).map(({ leg }) => leg);
    return end === 'caller' || !this.#hasCaller ? people : [this.caller, ...people];
  }

  legOf(end: End): LineLeg {
    return end === 'caller' ? this.caller : end.leg;
  }

  /** The end whose dialog is named (RFC 3891 §3: to-tag is ours); null where it is none of this call. */
  endOf(named: ReplacedCall): End | null {
    const isNamed = (dialog: SrfDialog | null): boolean =>
      dialog !== null &&
      dialog.sip.callId === named.callId &&
      dialog.sip.localTag === named.toTag &&
      dialog.sip.remoteTag === named.fromTag;
    if (this.#hasCaller && isNamed(this.caller.dialog)) return 'caller';
    return this.people.find(({ leg }) => isNamed(leg.dialog)) ?? null;
  }

  /** The person hears the caller and everybody who is in the conversation already. */
  async join(person: PlacedLeg): Promise<void> {
    if (this.#parts.over.aborted) return person.release();
    this.#people.add(person);
    person.leg.obey({
      refer: (req, res) => this.#parts.refer(person, req, res),
      held: (held) => void this.#holds(person, held),
    });
    void person.gone.then(() => this.#gone(person));
    const leg = person.leg.id;
    await this.#order({ kind: 'listen', leg, on: false });
    if (this.#hasCaller) await this.#bridge(callerLeg, this.#parts.withAgent());
    await this.#bridge(leg, false);
  }

  /** Everybody who was taken in goes over to another conversation, as they are. */
  async moveTo(other: Conversation): Promise<void> {
    for (const person of this.people) {
      this.#people.delete(person);
      try {
        await person.leg.moveTo(other.callId);
        await other.join(person);
      } catch (error) {
        await person.release();
        throw error;
      }
    }
  }

  /** Nothing arrives from a person: the call goes on as if they had hung up, once they are lost. */
  async silent(leg: string, forMs: number): Promise<void> {
    const person = this.people.find((each) => each.leg.id === leg);
    if (person && (await person.leg.silent(forMs))) await this.#gone(person);
  }

  /** One end leaves, somebody else has taken their place: they hear nothing more, and are hung up unless they do it. */
  async dismiss(end: End): Promise<void> {
    const leg = this.legOf(end);
    if (end === 'caller') this.#hasCaller = false;
    else this.#people.delete(end);
    await this.#order({ kind: 'bridge-remove', leg: leg.id }).catch(() => {});
    const gone = end === 'caller' ? leg.ended : end.gone;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
      this.#parts.over.addEventListener('abort', () => resolve(), { once: true });
    });
    void Promise.race([gone, grace]).then(() => {
      clearTimeout(timer);
      if (end !== 'caller') return end.release();
      void leg.hangUp();
      return this.#order({ kind: 'stop-leg', leg: callerLeg }).catch(() => {});
    });
  }

  /** The caller has hung up after handing the call over. */
  callerLeft(): void {
    this.#hasCaller = false;
    void this.#order({ kind: 'stop-leg', leg: callerLeg }).catch(() => {});
  }

  /** The caller talks with the agent again. */
  async unbridgeCaller(): Promise<void> {
    await this.#order({ kind: 'bridge-remove', leg: callerLeg }).catch(() => {});
  }

  async close(): Promise<void> {
    await Promise.all(this.people.map((person) => person.release()));
  }

  /** Whoever is put on hold by the only other one hears music. */
  async #holds(end: End, held: boolean): Promise<void> {
    const [other, ...more] = this.othersThan(end);
    if (other && more.length === 0) await other.music(held).catch(() => {});
  }

  async #gone(person: PlacedLeg): Promise<void> {
    // Moved to another call, or dismissed: no business of this one any more.
    if (!this.#people.delete(person)) return;
    await person.release();
    if (!this.#parts.over.aborted) this.#parts.left(person);
  }

  #bridge(leg: string, agent: boolean): Promise<void> {
    return this.#order({ kind: 'bridge-add', leg, agent });
  }

  async #order(order: ConversationOrder): Promise<void> {
    await this.#parts.worker.request({ ...order, callId: this.callId });
  }
}

type ConversationOrder =
  | { readonly kind: 'listen'; readonly leg: string; readonly on: boolean }
  | { readonly kind: 'bridge-add'; readonly leg: string; readonly agent: boolean }
  | { readonly kind: 'bridge-remove' | 'stop-leg'; readonly leg: string };

import { briefing, type CallerContext, connecting, type ProfileSnapshot } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { CallNote, Tenant, TenantStore } from '../store/index.ts';
import type { LineLeg } from './line-leg.ts';
import { callerLeg } from './messages.ts';
import type { OutboundParts } from './outbound-leg.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { allowsRefer, refer } from './refer.ts';
import type { CallRegistry } from './registry.ts';
import { ringCallees } from './ring-group.ts';
import { Transfer, type TransferEnd } from './transfer.ts';
import { type Callees, type ConnectTo, calleesOf } from './transfer-target.ts';
import type { CallMessage } from './worker-client.ts';

/** What can be done to a call that is going on. Every method rejects with a VoxboxError. */
export interface CallControls {
  readonly callId: string;
  /** Settles when the caller is connected, is back with the agent, or has left. */
  transfer(order: TransferOrder): Promise<TransferEnd>;
  /** Rings somebody and takes them into the conversation; whoever was in it stays. */
  conference(order: { readonly to: ConnectTo }): Promise<void>;
  /** The caller hears music, and nobody hears the caller. */
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Pauses the recording (its time goes on) or resumes it. */
  record(on: boolean): Promise<void>;
  sendDtmf(keys: string): Promise<void>;
  hangUp(): Promise<void>;
}

export interface TransferOrder {
  readonly to: ConnectTo;
  /** `attended`: the person is told who is there, and asked. `blind`: the caller is handed over as they are. */
  readonly mode: 'attended' | 'blind';
  /** How a person takes an announced call; `speech-or-key` where left out. */
  readonly acceptance?: 'speech-or-key' | 'key';
  /** Whether the caller has still to be told; an agent that transfers has said it itself. Default true. */
  readonly announces?: boolean;
}

/** One answered call, as its controls need it. */
export interface ControlledCall {
  readonly callId: string;
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly snapshot: ProfileSnapshot;
  readonly caller: CallerContext;
  readonly leg: LineLeg;
  /** Methods that the caller's side allows (Allow of its INVITE), and whether its trunk lets REFER be used. */
  readonly allow: string | undefined;
  readonly mayRefer: () => boolean;
  /** Host under which the caller's side reaches numbers. */
  readonly callerHost: string;
  readonly registry: CallRegistry;
  readonly parts: OutboundParts;
  /** Ends the call. */
  readonly end: (why: 'hung up' | 'handed over') => void;
}

/** Longest wait for a sentence of the agent's. */
const sentenceMs = 12_000;
const decideMs = 15_000;

export class LiveControls implements CallControls {
  readonly callId: string;
  readonly #call: ControlledCall;
  readonly #people = new Set<PlacedLeg>();
  #transfer: Transfer | null = null;
  #withAgent = true;
  #onHold = false;
  /** The caller's side has taken over the call by itself. */
  #handedOver = false;
  /** Cancels whatever rings when the call ends. */
  readonly #over = new AbortController();

  constructor(call: ControlledCall) {
    this.callId = call.callId;
    this.#call = call;
  }

  async transfer(order: TransferOrder): Promise<TransferEnd> {
    if (this.#transfer || this.#over.signal.aborted || this.#people.size > 0) throw this.#notNow();
    const { tenant, parts } = this.#call;
    const callees = calleesOf(order.to, { box: parts.box, tenant });
    this.#move('transferring');
    const transfer = this.#begin(callees, order);
    this.#transfer = transfer;
    this.#withAgent = false;
    const end = await transfer.done;
    this.#transfer = null;
    this.#withAgent = end.result === 'returned';
    this.#settle(end, { callees, order });
    return end;
  }

  async conference({ to }: { readonly to: ConnectTo }): Promise<void> {
    if (this.#transfer || this.#over.signal.aborted) throw this.#notNow();
    const { tenant, parts } = this.#call;
    const callees = calleesOf(to, { box: parts.box, tenant });
    const person = await this.#ring(callees, this.#over.signal);
    await this.#join(person);
    this.#note({ type: 'call.conferenced', members: [callees.label] });
  }

  async hold(): Promise<void> {
    if (this.#onHold || this.#transfer) throw this.#notNow();
    this.#onHold = true;
    if (this.#withAgent) await this.#pauseAgent();
    await this.#call.leg.hold(true);
    this.#note({ type: 'call.held', by: 'box' });
  }

  async resume(): Promise<void> {
    if (!this.#onHold) throw this.#notNow();
    this.#onHold = false;
    await this.#call.leg.hold(false);
    if (this.#withAgent) await this.#resumeAgent(null);
    this.#note({ type: 'call.resumed', by: 'box' });
  }

  async record(on: boolean): Promise<void> {
    await this.#order({ kind: 'recording', leg: callerLeg, on });
    this.#note({ type: on ? 'recording.resumed' : 'recording.paused' });
  }

  sendDtmf(keys: string): Promise<void> {
    return this.#call.leg.sendDtmf(keys);
  }

  async hangUp(): Promise<void> {
    this.#call.end('hung up');
  }

  /** Somebody who took the call in place of an agent. */
  async take(person: PlacedLeg): Promise<void> {
    this.#withAgent = false;
    await this.#join(person);
  }

  /** The caller has put us on hold: an agent that talked to music would only annoy. */
  async callerHolds(held: boolean): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#note({ type: held ? 'call.held' : 'call.resumed', by: 'caller' });
    if (!this.#withAgent || this.#onHold) return;
    if (held) await this.#order({ kind: 'pause-agent', withinMs: 0 });
    else await this.#resumeAgent(null);
  }

  /** What the call worker tells of keys and voices, and of an agent that has told the caller to wait. */
  hear(message: Extract<CallMessage, { kind: 'key' | 'voice' | 'transfer' }>): void {
    if (message.kind === 'transfer') {
      const to = { kind: 'target', id: message.targetId } as const;
      this.transfer({ to, mode: 'attended', announces: false }).catch((error: unknown) => {
        this.#call.parts.log.warn({ err: error }, 'the agent could not transfer');
        if (!this.#over.signal.aborted) void this.#resumeAgent('unavailable').catch(() => {});
      });
      return;
    }
    const { person } = this.#transfer ?? {};
    if (!person || message.leg !== person.leg.id) return;
    if (message.kind === 'key') this.#transfer?.key(message.key);
    else this.#transfer?.voice();
  }

  /** The call is over: resolves when nobody rings and nobody is left waiting. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#transfer?.cancel();
    await Promise.all([...this.#people].map((person) => person.release()));
  }

  #begin(callees: Callees, order: TransferOrder): Transfer {
    const { snapshot, caller, leg, parts } = this.#call;
    const { log } = parts;
    const acceptance = order.acceptance ?? 'speech-or-key';
    const name = callees.name ?? 'a member of our team';
    return new Transfer({
      announces: order.announces ?? true,
      briefs: order.mode === 'attended',
      acceptsSpeech: acceptance === 'speech-or-key',
      ...{ decideMs, log },
      ports: {
        pauseAgent: () => this.#pauseAgent(),
        announce: () => this.#play(callerLeg, connecting(name)),
        hold: (on) => leg.music(on),
        ring: (signal) =>
          order.mode === 'blind'
            ? this.#handOverOrRing(callees, signal)
            : this.#ring(callees, AbortSignal.any([signal, this.#over.signal])),
        brief: (person) =>
          this.#play(
            person.leg.id,
            briefing({ snapshot, caller: this.#known(caller), wish: this.#wish(), acceptance }),
          ),
        listen: (person) => this.#order({ kind: 'listen', leg: person.leg.id, on: true }),
        bridge: (person) => this.#join(person),
        resumeAgent: (why) => (this.#handedOver ? Promise.resolve() : this.#resumeAgent(why)),
      },
    });
  }

  #ring(callees: Callees, signal: AbortSignal): Promise<PlacedLeg> {
    const { callId, tenant, caller, parts } = this.#call;
    return ringCallees(callees, { callId, tenant, caller: this.#known(caller), signal }, parts);
  }

  /** REFER where the caller's side takes it; refused, or not possible, the box rings and stays in between. */
  async #handOverOrRing(callees: Callees, signal: AbortSignal): Promise<PlacedLeg> {
    const { allow, mayRefer, leg, callerHost, parts, end } = this.#call;
    const [only] = callees.legs;
    const refers = allowsRefer(allow) && callees.legs.length === 1 && only?.kind === 'number' && mayRefer();
    if (refers && leg.dialog) {
      // The other side places a call of its own, without the music of ours.
      await leg.music(false);
      const handedOver = await refer(leg.dialog, `sip:${only.number}@${callerHost}`).then(
        () => true,
        (error: unknown) => {
          parts.log.info({ err: error }, 'the caller could not be handed over; the box connects them itself');
          return false;
        },
      );
      if (handedOver || signal.aborted) {
        this.#handedOver = handedOver;
        end('handed over');
        throw new VoxboxError('aborted', 'the caller is not ours any more');
      }
      await leg.music(true);
    }
    return this.#ring(callees, AbortSignal.any([signal, this.#over.signal]));
  }

  /** The person hears the caller and everybody who is in the conversation already. */
  async #join(person: PlacedLeg): Promise<void> {
    if (this.#over.signal.aborted) return person.release();
    this.#people.add(person);
    await this.#order({ kind: 'listen', leg: person.leg.id, on: false });
    await this.#order({ kind: 'bridge-add', leg: callerLeg });
    await this.#order({ kind: 'bridge-add', leg: person.leg.id });
    void person.gone.then(() => this.#personLeft(person));
  }

  /** The caller is not left alone with silence: the last person's hanging up ends the call, unless the agent is there. */
  async #personLeft(person: PlacedLeg): Promise<void> {
    this.#people.delete(person);
    await person.release();
    if (this.#people.size > 0 || this.#over.signal.aborted) return;
    if (this.#withAgent) await this.#order({ kind: 'bridge-remove', leg: callerLeg }).catch(() => {});
    else this.#call.end('hung up');
  }

  #settle(end: TransferEnd, { callees, order }: { callees: Callees; order: TransferOrder }): void {
    if (this.#over.signal.aborted && !this.#handedOver) return;
    if (!this.#handedOver) this.#move('answered');
    this.#note({
      type: 'call.transferred',
      kind: order.to.kind === 'ring-group' ? 'ring-group' : order.mode,
      target: callees.label,
      result: this.#handedOver ? 'completed' : end.result === 'cancelled' ? 'failed' : end.result,
      reason: end.result === 'returned' && !this.#handedOver ? end.code : null,
    });
  }

  #move(state: 'transferring' | 'answered'): void {
    const { registry, store, callId } = this.#call;
    registry.move(callId, state);
    store.calls.transferring(callId, state === 'transferring');
  }

  #note(note: CallNote): void {
    this.#call.store.calls.note(this.callId, note);
  }

  /** What the caller has told in this call goes before what the number says. */
  #known(caller: CallerContext): CallerContext {
    const { slots } = this.#call.registry.find(this.callId) ?? {};
    return { ...caller, name: slots?.name ?? caller.name };
  }

  #wish(): string | null {
    const { slots } = this.#call.registry.find(this.callId) ?? {};
    const parts = [slots?.service, slots?.when].filter((part) => part !== undefined);
    return parts.length === 0 ? null : parts.join(', ');
  }

  #pauseAgent(): Promise<void> {
    return this.#order({ kind: 'pause-agent', withinMs: sentenceMs });
  }

  #resumeAgent(failed: Extract<TransferEnd, { result: 'returned' }>['why'] | null): Promise<void> {
    return this.#order({ kind: 'resume-agent', failed });
  }

  #play(leg: string, text: string): Promise<void> {
    return this.#order({ kind: 'play', leg, text, voice: this.#call.snapshot.voice });
  }

  async #order(order: WithoutCall): Promise<void> {
    await this.#call.parts.worker.request({ ...order, callId: this.callId });
  }

  #notNow(): VoxboxError {
    return new VoxboxError('transfer_failed', 'the call cannot do that at this moment');
  }
}

type WorkerRequest = Parameters<OutboundParts['worker']['request']>[0];
type OfCall = Extract<WorkerRequest, { readonly callId: string }>;
type WithoutCall = OfCall extends infer R ? (R extends OfCall ? Omit<R, 'callId'> : never) : never;

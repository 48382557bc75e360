import { briefing, connecting, type HandBack, type TransferFailure } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { CallNote } from '../store/index.ts';
import type { CallControls, ControlledCall, TransferOrder } from './controls-model.ts';
import { Conversation } from './conversation.ts';
import { calleesNamed } from './destination.ts';
import { mannerOf } from './local-manner.ts';
import { callerLeg } from './messages.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { handOver } from './refer.ts';
import { type OtherCall, type ReferralResult, Referrals } from './referral.ts';
import { ringCallees } from './ring-group.ts';
import { StaffSeat } from './staff-seat.ts';
import { knownCaller, wishOf } from './told-so-far.ts';
import { Transfer, type TransferEnd, whyOf } from './transfer.ts';
import { type Callees, type ConnectTo, calleesOf } from './transfer-target.ts';
import type { CallMessage, CallOrder } from './worker-client.ts';

/** Longest wait for a sentence of the agent's: longer than any that it says, for one that never ends. */
const sentenceMs = 30_000;
const decideMs = 15_000;

const connectedWith = (name: string): string => `(Connected to ${name}.)`;

export class LiveControls implements CallControls {
  readonly callId: string;
  readonly staff: StaffSeat;
  readonly #call: ControlledCall;
  readonly #talk: Conversation;
  readonly #referrals: Referrals;
  #transfer: Transfer | null = null;
  #withAgent: boolean;
  #holding: 'no' | 'changing' | 'yes' = 'no';
  /** Whether people have been connected. */
  #connected = false;
  /** The caller's side has taken over the call by itself. */
  #handedOver = false;
  /** One of the people has put the others through. */
  #putThrough = false;
  /** Cancels whatever rings when the call ends. */
  readonly #over = new AbortController();

  constructor(call: ControlledCall) {
    this.callId = call.callId;
    this.#call = call;
    this.#withAgent = call.kind === 'agent';
    this.#talk = new Conversation({
      ...{ callId: call.callId, caller: call.leg, worker: call.parts.worker, over: this.#over.signal },
      withAgent: () => this.#withAgent,
      left: (person) => void this.#personLeft(person),
      refer: (end, req, res) => this.#referrals.take(end, req, res),
    });
    this.#referrals = this.#createReferrals();
    this.staff = this.#createSeat();
    call.registry.converse(this.callId, {
      tenantId: call.tenant.id,
      talk: this.#talk,
      ...this.#asOther(),
    });
  }

  /** Somebody has put the call through: others talk in it than those who began it. */
  get isHandedOver(): boolean {
    return this.#handedOver || this.#putThrough || !this.#talk.hasCaller;
  }

  /** The call ends, or has ended, with people and not with the agent. */
  get isWithPeople(): boolean {
    return this.#handedOver || (this.#connected && !this.#withAgent);
  }

  async transfer(order: TransferOrder): Promise<TransferEnd> {
    const isBusy = this.#transfer !== null || this.#talk.people.length > 0 || this.#holding === 'changing';
    if (isBusy || this.#over.signal.aborted) throw notNow();
    this.staff.release();
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
    if (this.#transfer || this.#over.signal.aborted) throw notNow();
    const { tenant, parts } = this.#call;
    const callees = calleesOf(to, { box: parts.box, tenant });
    const person = await this.#ring(callees, this.#over.signal);
    await this.#join(person);
    this.#note({ type: 'call.conferenced', members: [callees.label] });
    this.#tell(`(${callees.name ?? callees.label} has joined the call.)`);
  }

  async hold(): Promise<void> {
    if (this.#holding !== 'no' || this.#transfer) throw notNow();
    this.#holding = 'changing';
    let now: 'no' | 'yes' = 'no';
    try {
      if (this.#withAgent) await this.#pauseAgent();
      await this.#call.leg.hold(true);
      now = 'yes';
    } finally {
      this.#holding = now;
      // The caller was not held after all: nobody is left with an agent that is silent.
      if (now === 'no' && this.#withAgent) void this.#resumeAgent(null).catch(() => {});
    }
    this.#held('box');
    this.#note({ type: 'call.held', by: 'box' });
  }

  async resume(): Promise<void> {
    if (this.#holding !== 'yes' || this.#transfer) throw notNow();
    await this.#offHold();
    if (this.#withAgent) await this.#resumeAgent(null);
  }

  async record(on: boolean): Promise<void> {
    if (!this.#call.isRecorded) throw new VoxboxError('call_not_recorded', 'this call is not recorded');
    await this.#order({ kind: 'recording', leg: callerLeg, on });
    this.#call.registry.recording(this.callId, { paused: !on });
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
    if (this.#holding === 'no') this.#held(held ? 'caller' : null);
    if (!this.#withAgent || this.#holding !== 'no') return;
    if (held) await this.#order({ kind: 'pause-agent', withinMs: 0, hears: false });
    else await this.#resumeAgent(null);
  }

  /** Nothing arrives from somebody who was taken in. */
  silent(leg: string, forMs: number): Promise<void> {
    return this.#talk.silent(leg, forMs);
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
    this.staff.close();
    await this.#transfer?.cancel();
    await this.#talk.close();
  }

  /** The caller has hung up. @returns whether the call goes on without them: they have put it through */
  goesOnWithoutCaller(): boolean {
    if (!this.#talk.hasCaller) return true;
    if (this.#referrals.by !== 'caller' || this.#withAgent || this.#transfer) return false;
    this.#talk.callerLeft();
    return true;
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
        pauseAgent: async () => {
          // Whoever waits with music has to hear that they are put through.
          if (this.#holding === 'yes') await this.#offHold();
          await this.#pauseAgent();
        },
        announce: () => this.#play(callerLeg, connecting(name)),
        hold: (on) => leg.music(on),
        ring: (signal) =>
          order.mode === 'blind' && order.asked !== true
            ? this.#handOverOrRing(callees, signal)
            : this.#ring(callees, AbortSignal.any([signal, this.#over.signal])),
        brief: (person) =>
          this.#play(
            person.leg.id,
            briefing({
              snapshot,
              caller: knownCaller(caller, this.#slots),
              wish: wishOf(this.#slots),
              acceptance,
            }),
          ),
        listen: (person) => this.#order({ kind: 'listen', leg: person.leg.id, on: true }),
        bridge: (person) => this.#join(person),
        resumeAgent: (why) => (this.#handedOver ? Promise.resolve() : this.#resumeAgent(why)),
      },
    });
  }

  #ring(callees: Callees, signal: AbortSignal, onRinging?: () => void): Promise<PlacedLeg> {
    const { callId, tenant, caller, parts } = this.#call;
    const request = { callId, tenant, caller: knownCaller(caller, this.#slots), signal };
    return ringCallees(callees, { ...request, ...(onRinging ? { onRinging } : {}) }, parts);
  }

  async #offHold(): Promise<void> {
    this.#holding = 'changing';
    let now: 'no' | 'yes' = 'yes';
    try {
      await this.#call.leg.hold(false);
      now = 'no';
    } finally {
      this.#holding = now;
    }
    this.#held(this.#call.leg.held ? 'caller' : null);
    this.#note({ type: 'call.resumed', by: 'box' });
  }

  /** REFER where the caller's side takes it; refused, or not possible, the box rings and stays in between. */
  async #handOverOrRing(callees: Callees, signal: AbortSignal): Promise<PlacedLeg> {
    const handedOver = await handOver(this.#call, callees, signal);
    if (handedOver || (handedOver === false && signal.aborted)) {
      this.#handedOver = handedOver;
      this.#call.end('handed over');
      throw new VoxboxError('aborted', 'the caller is not ours any more');
    }
    return this.#ring(callees, AbortSignal.any([signal, this.#over.signal]));
  }

  async #join(person: PlacedLeg): Promise<void> {
    this.#connected = true;
    await this.#talk.join(person);
  }

  /** The caller is not left alone with silence: the last person's hanging up ends the call, unless the agent is there. */
  async #personLeft(person: PlacedLeg): Promise<void> {
    if (this.#referrals.by !== null) return;
    if (person.leg.held) {
      for (const leg of this.#talk.othersThan(person)) await leg.music(false).catch(() => {});
    }
    if (!this.#talk.isAlone) return;
    if (this.#withAgent) await this.#talk.unbridgeCaller();
    else this.#call.end('hung up');
  }

  #createSeat(): StaffSeat {
    const { registry, parts } = this.#call;
    return new StaffSeat({
      ...{ callId: this.callId, worker: parts.worker, newId: () => parts.ids.uuid(), registry, way: 'out' },
      isWithAgent: () => this.#withAgent && !this.#transfer && this.#holding === 'no',
      resumeAgent: (after) => (this.#holding === 'no' ? this.#resumeAgent(after) : Promise.resolve()),
      onDone: (deed, words) => {
        this.#note(deed);
        this.#tell(words);
      },
    });
  }

  #createReferrals(): Referrals {
    const { box } = this.#call.parts;
    const { tenant, registry, parts } = this.#call;
    return new Referrals({
      talk: this.#talk,
      log: parts.log,
      self: this.#asOther(),
      mayRefer: (end) => (end === 'caller' ? this.#call.mayRefer() : end.mayRefer),
      withAgent: () => this.#withAgent,
      callees: (user) => calleesNamed(user, { box, tenant, nowMs: parts.clock.nowMs() }),
      ring: (callees, onRinging) => this.#ring(callees, this.#over.signal, onRinging),
      transfer: (to) => this.transfer({ to, mode: 'blind', asked: true }),
      find: (named) => registry.conversationOf(named, tenant.id),
    });
  }

  #asOther(): Omit<OtherCall, 'talk' | 'end'> {
    return {
      isOfPeople: this.#call.kind === 'dialled',
      finish: () => {
        this.#handedOver = true;
        this.#call.end('handed over');
      },
      settled: (result) => this.#referred(result),
    };
  }

  /** What came of a call that a person has put through. Whoever was left behind meanwhile is looked after. */
  #referred({ kind, label, name, code }: ReferralResult): void {
    if (this.#over.signal.aborted) return;
    const result = code === null ? 'completed' : 'failed';
    this.#note({ type: 'call.transferred', kind, target: label, result, reason: code });
    if (code === null) {
      this.#connected = true;
      this.#putThrough = true;
      this.#tell(connectedWith(name ?? label));
    }
    if (!this.#talk.isAlone) return;
    if (this.#call.kind !== 'agent' || !this.#talk.hasCaller) {
      this.#call.end('hung up');
      return;
    }
    this.#withAgent = true;
    void this.#talk
      .unbridgeCaller()
      .then(() => this.#resumeAgent(code === null ? null : whyOf(new VoxboxError(code, 'not put through'))))
      .catch(() => {});
  }

  #settle(end: TransferEnd, { callees, order }: { callees: Callees; order: TransferOrder }): void {
    if (this.#over.signal.aborted && !this.#handedOver) return;
    if (end.result === 'completed' && !this.#handedOver) {
      this.#tell(connectedWith(callees.name ?? callees.label));
    }
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

  #held(by: 'box' | 'caller' | null): void {
    this.#call.registry.hold(this.callId, by);
  }

  /** A line in the transcript that nobody has spoken. */
  #tell(text: string): void {
    const { registry, store, parts } = this.#call;
    const atMs = parts.clock.nowMs();
    const turn = { callId: this.callId, speaker: 'agent', text, confidence: null } as const;
    store.transcript.add({ ...turn, startedAtMs: atMs, endedAtMs: atMs, interrupted: false, latency: null });
    registry.turn(this.callId, { ...turn, atMs, latencyMs: null });
  }

  #note(note: CallNote): void {
    this.#call.store.calls.note(this.callId, note);
  }

  get #slots(): Readonly<Record<string, string>> {
    return this.#call.registry.find(this.callId)?.slots ?? {};
  }

  #pauseAgent(): Promise<void> {
    return this.#order({ kind: 'pause-agent', withinMs: sentenceMs, hears: false });
  }

  /** Nothing comes of it while somebody of the staff talks in its place. */
  #resumeAgent(after: TransferFailure | HandBack | null): Promise<void> {
    return this.staff.isTaken ? Promise.resolve() : this.#order({ kind: 'resume-agent', after });
  }

  #play(leg: string, text: string): Promise<void> {
    return this.#order({ kind: 'play', leg, text, manner: mannerOf(this.#call.snapshot) });
  }

  async #order(order: CallOrder): Promise<void> {
    await this.#call.parts.worker.request({ ...order, callId: this.callId });
  }
}

const notNow = () => new VoxboxError('transfer_failed', 'the call cannot do that at this moment');

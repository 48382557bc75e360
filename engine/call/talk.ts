import { type Clock, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import type { LegStart } from '../media/index.ts';
import type { Box, CallOutcome } from '../store/index.ts';
import type { CallControls } from './controls-model.ts';
import { type CallStatistics, callerLeg } from './messages.ts';
import { runPracticeTool, tidyPractice } from './practice-tools.ts';
import { providerChains } from './providers.ts';
import { type CallRow, keepRecord, openRecord } from './record.ts';
import type { CallRegistry } from './registry.ts';
import { type AgentRoute, type PracticeOrder, routeOfPractice } from './router.ts';
import { StaffSeat } from './staff-seat.ts';
import type { EmbedTexts } from './tools.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** What practice talks need of the house. */
export interface TalkHouse {
  readonly box: Box;
  readonly registry: CallRegistry;
  readonly dataDir: string;
  readonly maxCalls: number;
  /** For answers from documents; rejects while the models are not there. */
  readonly embed: EmbedTexts;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface TalkOrder extends PracticeOrder {
  /** Who tries the agent, by name. */
  readonly by: string;
}

/** How long the page may take to connect, before the talk is given up. */
const connectMs = 20_000;

/** The other side sends and takes no RTP: its voice is fed, and what it hears is tapped. */
const withoutRtp: LegStart = {
  remote: { address: '127.0.0.1', port: 0 },
  codec: 'G722',
  payloadType: 9,
  direction: 'sendonly',
};

/**
 * Somebody of the house talks with the agent from a screen: a call like any other, but for the socket in place of a
 * line, and for what it leaves behind.
 */
export class Talk implements CallControls {
  readonly callId: string;
  readonly staff: StaffSeat;
  readonly #house: TalkHouse;
  readonly #worker: CallWorker;
  readonly #route: AgentRoute;
  readonly #row: CallRow | null;
  readonly #attended = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<CallOutcome>();
  #statistics: CallStatistics = {};

  /** @throws VoxboxError `tenant_unknown`, `tenant_suspended`, `capacity_reached` */
  constructor({ by, ...order }: TalkOrder, house: TalkHouse, worker: CallWorker) {
    const { box, registry, ids, maxCalls, dataDir, clock } = house;
    this.#house = house;
    this.#worker = worker;
    this.#route = routeOfPractice(box, order);
    const { tenantId } = order;
    if (registry.count() - registry.countWithoutAgent() >= maxCalls)
      throw new VoxboxError('capacity_reached', 'the box carries as many calls as it may');
    this.callId = ids.uuid();
    const { callId } = this;
    const calledNumber = box.numbers.list(tenantId)[0]?.number ?? '';
    this.#row = openRecord(this.#route, {
      ...{ callId, calledNumber, box, dataDir, clock, ids },
      invitation: { callerNumber: null, sipCallId: callId },
      ...{ isDialled: false, isPractice: true, canAnnounce: true },
    });
    const { name: tenantName } = this.#route.tenant;
    registry.open(
      { callId, tenantId, tenantName, callerNumber: null, callerName: by, calledNumber },
      { practice: true },
    );
    this.staff = new StaffSeat({
      ...{ callId, worker, registry, newId: () => ids.uuid(), way: 'in' },
      isWithAgent: () => true,
      resumeAgent: () => Promise.resolve(),
      onDone: (_, words) => this.#tell(words),
      // Whoever closes the page has hung up.
      onCaller: (isThere) => (isThere ? this.#attended.resolve() : this.#over.resolve('answered')),
    });
  }

  /** Settles when the talk is over; `onReady` is told when the page may connect. */
  async run(onReady: () => void): Promise<void> {
    const { box, registry, log } = this.#house;
    const { callId } = this;
    const { tenant, snapshot, caller } = this.#route;
    const worker = this.#worker;
    const unlisten = worker.listen(callId, (message) => this.#hear(message));
    let outcome: CallOutcome = 'failed';
    try {
      await worker.request({ kind: 'open-leg', callId, leg: callerLeg });
      const recordingPath = this.#row?.recordingFile ?? null;
      const start: LegStart = { ...withoutRtp, ...(recordingPath === null ? {} : { recordingPath }) };
      await worker.request({ kind: 'start-leg', callId, leg: callerLeg, start });
      registry.move(callId, 'answered');
      this.#row?.answered();
      registry.control(callId, this);
      onReady();
      const giveUp = setTimeout(() => this.#over.resolve('abandoned'), connectMs);
      await Promise.race([this.#attended.promise, this.#over.promise]);
      clearTimeout(giveUp);
      const providers = providerChains(box, tenant.id);
      await worker.request({ kind: 'start-agent', callId, snapshot, caller, providers });
      outcome = await this.#over.promise;
    } catch (error) {
      log.error({ err: error, callId }, 'a practice talk failed');
      throw error;
    } finally {
      await this.#finish(outcome, unlisten);
    }
  }

  async hangUp(): Promise<void> {
    this.#over.resolve('answered');
  }

  /** The engine stops. */
  interrupt(): void {
    this.#over.resolve('interrupted');
  }

  transfer = notInPractice;
  conference = notInPractice;
  hold = notInPractice;
  resume = notInPractice;
  record = notInPractice;
  sendDtmf = notInPractice;

  #hear(message: CallMessage): void {
    const { registry, clock, ids, embed, log } = this.#house;
    const worker = this.#worker;
    switch (message.kind) {
      case 'end-call':
        this.#over.resolve(message.reason === 'failed' ? 'failed' : 'answered');
        return;
      case 'sound':
        this.staff.hear(message.samples, message.rateHz);
        return;
      case 'statistics':
        this.#statistics = { ...this.#statistics, ...message.legs };
        return;
      case 'transfer':
        // Nobody is rung for a practice.
        worker
          .request({ kind: 'resume-agent', callId: this.callId, after: 'unavailable' })
          .catch((error: unknown) => log.warn({ err: error }, 'the agent did not come back'));
        return;
      case 'turn':
      case 'interim':
      case 'slots':
      case 'tool':
        keepRecord(message, {
          ...{ route: this.#route, worker, registry, clock, ids, embed, log },
          run: runPracticeTool,
        });
    }
  }

  #tell(text: string): void {
    const { registry, clock } = this.#house;
    const atMs = clock.nowMs();
    const turn = { callId: this.callId, speaker: 'agent', text, confidence: null } as const;
    const times = { startedAtMs: atMs, endedAtMs: atMs, interrupted: false, latency: null };
    this.#route.store.transcript.add({ ...turn, ...times });
    registry.turn(this.callId, { ...turn, atMs, latencyMs: null });
  }

  async #finish(outcome: CallOutcome, unlisten: () => void): Promise<void> {
    const { registry, clock, log } = this.#house;
    const { callId } = this;
    try {
      await this.#worker.request({ kind: 'stop-call', callId }).catch(() => {});
      unlisten();
      this.#row?.ended(outcome, { quality: null, byAgent: true });
      tidyPractice(this.#route.store, callId, clock);
    } finally {
      unlisten();
      this.staff.close();
      registry.move(callId, 'ended');
      log.info({ callId, outcome }, 'practice talk ended');
    }
  }
}

const notInPractice = (): Promise<never> =>
  Promise.reject(new VoxboxError('call_not_in_agents_hands', 'a practice talk has no line'));

import { hasCode, VoxboxError } from '../foundation/index.ts';
import type { CallOutcome, Phone } from '../store/index.ts';
import { type OutboundParts, permitNumber, placeLeg } from './outbound-leg.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { type CallRow, openRecord } from './record.ts';
import type { CallRegistry } from './registry.ts';
import { type AgentRoute, routeOfPhone } from './router.ts';
import { usualRingMs } from './transfer-target.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** What placed calls need of the house. */
export interface PlacingHouse extends Omit<OutboundParts, 'worker'> {
  readonly registry: CallRegistry;
  readonly dataDir: string;
  readonly maxCalls: number;
}

export interface PlaceOrder {
  readonly tenantId: string;
  /** User name of the phone that rings first. */
  readonly phone: string;
  /** Whom it is connected with: a number in E.164, or as one dials it in the business's country. */
  readonly number: string;
}

/** Calls that the box places for people of the house: their phone rings, and then the number. */
export interface Placing {
  /**
   * Answers as soon as the phone is rung.
   *
   * @throws VoxboxError `transfer_target_unknown`, `tenant_suspended`, `capacity_reached`, `call_worker_unavailable`,
   *   `outbound_not_allowed`, `outbound_limit_reached`
   */
  place(order: PlaceOrder): { readonly callId: string };
  /** Null for a call that was not placed here, or is over. */
  hangUp(callId: string): (() => Promise<void>) | null;
  /** Idempotent. Calls are ended; resolves when their records are closed. */
  stop(): Promise<void>;
}

export function createPlacing(house: PlacingHouse, worker: () => CallWorker | null): Placing {
  const running = new Map<string, { readonly call: PlacedCall; readonly over: Promise<void> }>();
  let stopped = false;
  return {
    place(order) {
      const found = worker();
      if (stopped || !found) throw new VoxboxError('call_worker_unavailable', 'no call can be carried now');
      const call = new PlacedCall(order, house, found);
      const over = call.run().finally(() => running.delete(call.callId));
      running.set(call.callId, { call, over });
      return { callId: call.callId };
    },
    hangUp(callId) {
      const call = running.get(callId)?.call;
      return call ? async () => call.end('hung up') : null;
    },
    async stop() {
      stopped = true;
      for (const { call } of running.values()) call.end('stopping');
      await Promise.all([...running.values()].map(({ over }) => over));
    },
  };
}

/** One of them, from the ring of the phone to its end. Like all talk among people of the house it is not recorded. */
class PlacedCall {
  readonly callId: string;
  readonly #house: PlacingHouse;
  readonly #worker: CallWorker;
  readonly #phone: Phone;
  readonly #number: string;
  readonly #route: AgentRoute;
  readonly #row: CallRow | null;
  readonly #legs: PlacedLeg[] = [];
  readonly #hangUp = new AbortController();
  #answered = false;

  /** @throws as `Placing.place` */
  constructor({ tenantId, phone: username, number }: PlaceOrder, house: PlacingHouse, worker: CallWorker) {
    const { box, registry, maxCalls, clock, ids, dataDir } = house;
    const phone = box.phones.findByUsername(username);
    if (phone?.tenantId !== tenantId) {
      throw new VoxboxError('transfer_target_unknown', `nobody can be reached as ${username}`);
    }
    const route = routeOfPhone(box, phone);
    if (route.kind !== 'agent') throw new VoxboxError('tenant_suspended', 'the business is suspended');
    // Each holds ports, and none of them an agent: as calls that a phone dials.
    if (registry.countWithoutAgent() >= maxCalls) {
      throw new VoxboxError('capacity_reached', 'the box carries as many calls as it may');
    }
    const { tenant } = route;
    const permitted = permitNumber(number, { box, tenant, nowMs: clock.nowMs() });
    this.#house = house;
    this.#worker = worker;
    this.#phone = phone;
    this.#number = permitted.number;
    this.#route = route;
    this.callId = ids.uuid();
    const { callId } = this;
    const known = { callId, calledNumber: permitted.number };
    this.#row = openRecord(route, {
      ...{ ...known, box, dataDir, clock, ids, isDialled: true, canAnnounce: false },
      invitation: { callerNumber: null, sipCallId: callId },
    });
    registry.open(
      {
        ...{ ...known, tenantId, tenantName: tenant.name },
        ...{ callerNumber: phone.extension, callerName: phone.label },
      },
      { withoutAgent: true },
    );
  }

  async run(): Promise<void> {
    const { log, registry } = this.#house;
    const { callId } = this;
    const worker = this.#worker;
    const unlisten = worker.listen(callId, (message) => this.#hear(message));
    let outcome: CallOutcome = 'failed';
    try {
      registry.move(callId, 'ringing');
      const { leg } = await this.#ring({ kind: 'phone', username: this.#phone.username });
      await worker.request({ kind: 'ringback', callId, leg: leg.id, on: true });
      await this.#ring({ kind: 'number', number: this.#number });
      await worker.request({ kind: 'ringback', callId, leg: leg.id, on: false });
      for (const placed of this.#legs) {
        await worker.request({ kind: 'bridge-add', callId, leg: placed.leg.id, agent: false });
      }
      this.#answered = true;
      registry.move(callId, 'answered');
      this.#row?.answered();
      await this.#ended();
      outcome = this.#hangUp.signal.reason === 'stopping' ? 'interrupted' : 'answered';
    } catch (error) {
      if (this.#hangUp.signal.aborted) outcome = 'abandoned';
      else if (isUnanswered(error)) outcome = 'refused';
      else log.warn({ err: error, callId }, 'a call that was placed did not come about');
    } finally {
      await this.#finish(outcome, unlisten);
    }
  }

  end(why: 'hung up' | 'gone' | 'stopping'): void {
    this.#hangUp.abort(why);
  }

  /** Whoever was rung before goes with whoever hangs up first. */
  async #ring(target: Parameters<typeof placeLeg>[0]['target']): Promise<PlacedLeg> {
    const { callId } = this;
    const { tenant } = this.#route;
    // The phone shows who it will be connected with.
    const caller = { number: target.kind === 'phone' ? this.#number : null, name: null };
    const request = { callId, tenant, target, caller, ringMs: usualRingMs, signal: this.#hangUp.signal };
    const placed = await placeLeg(request, { ...this.#house, worker: this.#worker });
    this.#legs.push(placed);
    placed.leg.obey({ refer: (_, res) => void res.send(603), held: () => {} });
    void placed.gone.then(() => this.end('gone'));
    this.#hangUp.signal.throwIfAborted();
    return placed;
  }

  #ended(): Promise<void> {
    const { signal } = this.#hangUp;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #hear(message: CallMessage): void {
    if (message.kind !== 'silent') return;
    const placed = this.#legs.find(({ leg }) => leg.id === message.leg);
    void placed?.leg.silent(message.forMs).then((isLost) => isLost && this.end('gone'));
  }

  async #finish(outcome: CallOutcome, unlisten: () => void): Promise<void> {
    const { registry, log } = this.#house;
    const { callId } = this;
    this.end('gone');
    try {
      await Promise.all(this.#legs.map((placed) => placed.release()));
      await this.#worker.request({ kind: 'stop-call', callId }).catch(() => {});
      this.#row?.ended(outcome, { quality: null, byAgent: false });
    } catch (error) {
      log.error({ err: error, callId }, 'the record of a placed call could not be closed');
    } finally {
      unlisten();
      registry.move(callId, this.#answered ? 'ended' : outcome === 'abandoned' ? 'cancelled' : 'rejected');
      log.info({ callId, outcome }, 'placed call ended');
    }
  }
}

/** Somebody was rung, and did not take the call. */
const isUnanswered = (error: unknown): boolean =>
  hasCode(error, 'callee_busy') || hasCode(error, 'callee_no_answer') || hasCode(error, 'leg_unreachable');

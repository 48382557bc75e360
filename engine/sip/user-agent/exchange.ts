import { readResponse } from '../message/envelope.ts';
import { headerValue } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { createReply } from '../message/reply.ts';
import { serialise } from '../message/serialise.ts';
import { parseVia } from '../message/via.ts';
import { InviteClientTransaction, NonInviteClientTransaction } from '../transaction/client-transaction.ts';
import { clientKey } from '../transaction/matching.ts';
import { type Core, newToken } from './core.ts';
import { ackOf, type Outgoing, renumbered, viaOf } from './outgoing.ts';

/** A request that is complete but for its Via. */
export type Launch = Pick<Outgoing, 'request' | 'cseq' | 'flow' | 'application' | 'within'> &
  Partial<Pick<Outgoing, 'onResponse' | 'elsewhere'>>;

/** How many T1 a server may say nothing where there is another to try: it was asked four times over UDP. */
const silentTimes = 8;

/** Our requests that are under way, and the client transactions that carry them. */
export class Exchanges {
  readonly #core: Pick<Core, 'schedule' | 'timers'>;
  readonly #byKey = new Map<string, Outgoing>();
  readonly #byId = new Map<string, Outgoing>();
  readonly #onResponse: (outgoing: Outgoing, response: SipResponse) => void;
  readonly #onEnd: (outgoing: Outgoing) => void;

  constructor(
    core: Pick<Core, 'schedule' | 'timers'>,
    events: {
      readonly onResponse: (outgoing: Outgoing, response: SipResponse) => void;
      readonly onEnd: (outgoing: Outgoing) => void;
    },
  ) {
    this.#core = core;
    this.#onResponse = events.onResponse;
    this.#onEnd = events.onEnd;
  }

  byId(id: string): Outgoing | null {
    return this.#byId.get(id) ?? null;
  }

  all(): Iterable<Outgoing> {
    return this.#byId.values();
  }

  receive(response: SipResponse): void {
    const read = readResponse(response);
    const outgoing = read ? this.#byKey.get(clientKey(read.via, read.cseq.method)) : null;
    outgoing?.transaction.received(response);
  }

  /** Sends it with a branch of its own. */
  launch(parts: Launch): Outgoing {
    const { request } = parts;
    return this.launchAs({
      ...parts,
      request: { ...request, headers: [viaOf(parts.flow), ...request.headers] },
    });
  }

  /** Sends it with the Via that it has: a CANCEL shares that of its INVITE. */
  launchAs(parts: Launch): Outgoing {
    const outgoing: Outgoing = {
      onResponse: null,
      elsewhere: null,
      ...parts,
      id: newToken(),
      attempts: 0,
      opened: new Map(),
      heldCancel: null,
      transaction: this.#transactionOf(() => outgoing, parts),
    };
    this.#byId.set(outgoing.id, outgoing);
    this.#start(outgoing);
    return outgoing;
  }

  /** Sends the request again under a new number, as one that the application knows already. */
  again(outgoing: Outgoing, cseq: number, headers?: readonly Header[]): void {
    const { flow } = outgoing;
    outgoing.request = renumbered(outgoing.request, { flow, cseq, headers });
    outgoing.cseq = cseq;
    outgoing.transaction = this.#transactionOf(() => outgoing, outgoing);
    this.#start(outgoing);
  }

  /** Sends it to another server: the same request but for its branch (RFC 3263 §4.3). */
  move(outgoing: Outgoing, place: Pick<Outgoing, 'flow' | 'request' | 'elsewhere'>): void {
    const { request, flow } = place;
    Object.assign(outgoing, place, { request: { ...request, headers: [viaOf(flow), ...request.headers] } });
    outgoing.transaction = this.#transactionOf(() => outgoing, outgoing);
    this.#byId.set(outgoing.id, outgoing);
    this.#start(outgoing);
  }

  /** Has the request end as if that response had come. */
  fail(outgoing: Outgoing, status: number, reason: string, headers: readonly Header[] = []): void {
    const toTag = outgoing.within ? undefined : newToken();
    const response = createReply(outgoing.request, { status, reason, toTag, headers });
    const { transaction } = outgoing;
    this.#onResponse(outgoing, response);
    transaction.end();
  }

  #start(outgoing: Outgoing): void {
    this.#byKey.set(keyOf(outgoing.request), outgoing);
    outgoing.transaction.start();
  }

  #transactionOf(of: () => Outgoing, parts: Launch): InviteClientTransaction | NonInviteClientTransaction {
    const { schedule, timers } = this.#core;
    const { request, cseq, flow, elsewhere } = parts;
    const key = keyOf(request);
    const options = {
      ...(elsewhere ? { silenceMs: silentTimes * timers.t1Ms } : {}),
      reliable: flow.reliable,
      schedule,
      timers,
      request: serialise(request),
      send: (octets: Buffer) => flow.send(octets),
      onResponse: (response: SipResponse) => this.#onResponse(of(), response),
      onTimeout: () => this.fail(of(), 408, 'Request Timeout'),
      onEnd: () => {
        this.#byKey.delete(key);
        const outgoing = of();
        // One that was sent again lives on in its new transaction.
        if (outgoing.transaction !== transaction) return;
        this.#byId.delete(outgoing.id);
        this.#onEnd(outgoing);
      },
      createAck: (response: SipResponse) => serialise(ackOf(request, response, cseq)),
    };
    const transaction =
      request.method === 'INVITE'
        ? new InviteClientTransaction(options)
        : new NonInviteClientTransaction(options);
    return transaction;
  }
}

function keyOf(request: SipRequest): string {
  const via = parseVia(headerValue(request.headers, 'Via') ?? '');
  return via ? clientKey(via, request.method) : '';
}

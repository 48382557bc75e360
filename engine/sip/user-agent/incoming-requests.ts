import { type Envelope, tagOf } from '../message/envelope.ts';
import { mergeKey, serverKey } from '../transaction/matching.ts';
import { InviteServerTransaction, NonInviteServerTransaction } from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { type Core, newToken } from './core.ts';
import type { Incoming } from './incoming.ts';

/** Above it new requests get 503 without a transaction: the box is being flooded. */
const maxTransactions = 20_000;

/**
 * The same for what one address has under way outside of dialogs, so that it cannot take everybody's room. A
 * transaction lasts up to 32 s: 1000 phones behind one NAT or proxy may all register, with a challenge each,
 * in that time, and a carrier start 60 calls a second. Calls that are ringing or up do not count.
 */
const maxOutsidePerSource = 2000;

/** Requests that have a server transaction. */
export class IncomingRequests {
  readonly #core: Pick<Core, 'schedule' | 'timers'>;
  readonly #byKey = new Map<string, Incoming>();
  readonly #byId = new Map<string, Incoming>();
  /** Those that may arrive again by another path (RFC 3261 §8.2.2.2). */
  readonly #byMergeKey = new Map<string, Incoming>();
  /** Those outside of dialogs, and how many of them each address has. */
  readonly #outside = new Set<Incoming>();
  readonly #perSource = new Map<string, number>();

  constructor(core: Pick<Core, 'schedule' | 'timers'>) {
    this.#core = core;
  }

  byId(id: string): Incoming | null {
    return this.#byId.get(id) ?? null;
  }

  /** @param method INVITE for the one that an ACK or CANCEL is for */
  find(envelope: Envelope, method: string): Incoming | null {
    return this.#byKey.get(serverKey(envelope, method)) ?? null;
  }

  all(): readonly Incoming[] {
    return [...this.#byId.values()];
  }

  /** Whether there is room for one more of that address. */
  hasRoom(address: string, inDialog: boolean): boolean {
    if (this.#byId.size >= maxTransactions) return false;
    return inDialog || (this.#perSource.get(address) ?? 0) < maxOutsidePerSource;
  }

  open(
    envelope: Envelope,
    way: { readonly flow: Flow; readonly toTag: string; readonly inDialog: boolean },
  ): Incoming {
    const { schedule, timers } = this.#core;
    const { flow, toTag, inDialog } = way;
    const { method } = envelope.request;
    const key = serverKey(envelope, method);
    const options = {
      reliable: flow.reliable,
      schedule,
      timers,
      inDialog,
      send: (octets: Buffer) => flow.send(octets),
      onEnd: () => this.#forget(incoming, key),
    };
    const incoming: Incoming = {
      id: newToken(),
      envelope,
      flow,
      transaction:
        method === 'INVITE' ? new InviteServerTransaction(options) : new NonInviteServerTransaction(options),
      toTag,
      application: null,
      dialog: null,
      isAnswered: false,
      provisionals: null,
      session: null,
    };
    this.#byKey.set(key, incoming);
    this.#byId.set(incoming.id, incoming);
    if (!inDialog) this.#count(incoming);
    return incoming;
  }

  /** It turned out to belong to a dialog. */
  noteDialog(incoming: Incoming): void {
    if (!this.#outside.delete(incoming)) return;
    const { address } = incoming.flow.peer;
    const left = (this.#perSource.get(address) ?? 1) - 1;
    if (left > 0) this.#perSource.set(address, left);
    else this.#perSource.delete(address);
  }

  /** @returns true where the same request came already by another way */
  isMerged(incoming: Incoming): boolean {
    const { envelope } = incoming;
    if (tagOf(envelope.to) !== null) return false;
    const key = mergeKey(envelope);
    if (this.#byMergeKey.has(key)) return true;
    this.#byMergeKey.set(key, incoming);
    return false;
  }

  #count(incoming: Incoming): void {
    const { address } = incoming.flow.peer;
    this.#outside.add(incoming);
    this.#perSource.set(address, (this.#perSource.get(address) ?? 0) + 1);
  }

  #forget(incoming: Incoming, key: string): void {
    this.#byKey.delete(key);
    this.#byId.delete(incoming.id);
    const merge = mergeKey(incoming.envelope);
    if (this.#byMergeKey.get(merge) === incoming) this.#byMergeKey.delete(merge);
    this.noteDialog(incoming);
  }
}

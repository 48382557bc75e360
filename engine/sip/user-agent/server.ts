import { createHmac, randomBytes } from 'node:crypto';
import { type Dialog, dialogOfCallee, refreshTarget, settleAnswer } from '../dialog/dialog.ts';
import { type Envelope, readEnvelope, tagOf } from '../message/envelope.ts';
import { headerValue, withoutHeaders } from '../message/headers.ts';
import type { Header, Problem, SipRequest, SipResponse } from '../message/model.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { createReply, markSource } from '../message/reply.ts';
import { serialise } from '../message/serialise.ts';
import { isAddress } from '../message/uri.ts';
import { mergeKey, serverKey } from '../transaction/matching.ts';
import { repeat, transactionTimeoutMs } from '../transaction/schedule.ts';
import { InviteServerTransaction, NonInviteServerTransaction } from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { defaultSipPort } from '../transport/resolve.ts';
import { acceptHeader, allowHeader, inspect, type Refusal } from './acceptance.ts';
import type { Application, Sent } from './application.ts';
import { type Core, newToken } from './core.ts';
import { contactHeader, contactMethods, ownedHeaders } from './identity.ts';

/** A request that has a server transaction. */
interface Incoming {
  readonly id: string;
  readonly envelope: Envelope;
  readonly flow: Flow;
  readonly transaction: InviteServerTransaction | NonInviteServerTransaction;
  readonly toTag: string;
  application: Application | null;
  dialog: Dialog | null;
  isAnswered: boolean;
}

/** Above it new requests get 503 without a transaction: the box is being flooded. */
const maxTransactions = 20_000;

const notFound: Refusal = { status: 481, reason: 'Call/Transaction Does Not Exist' };

/** The side that receives requests (RFC 3261 §8.2, §9.2, §12.2.2, §13.3, §15.1.2). */
export class UserAgentServer {
  readonly #core: Core;
  readonly #byKey = new Map<string, Incoming>();
  readonly #byId = new Map<string, Incoming>();
  /** Requests that may arrive again by another path (RFC 3261 §8.2.2.2). */
  readonly #byMergeKey = new Map<string, Incoming>();
  readonly #tagSecret = randomBytes(16);
  /** Ends a dialog whose answer nobody acknowledged. */
  readonly #abandonDialog: (dialog: Dialog, reason: string) => void;

  constructor(core: Core, abandonDialog: (dialog: Dialog, reason: string) => void) {
    this.#core = core;
    this.#abandonDialog = abandonDialog;
  }

  /** @param problem what the parser found wrong; such a request is refused without a transaction */
  receive(received: SipRequest, problem: Problem | null, flow: Flow): void {
    const request = markSource(received, flow.peer);
    const envelope = problem ?? readEnvelope(request);
    if ('status' in envelope) {
      if (request.method !== 'ACK') this.#refuseStateless(request, envelope, flow);
      return;
    }
    if (request.method === 'ACK') {
      this.#acknowledge(envelope, flow);
      return;
    }
    const known = this.#byKey.get(serverKey(envelope, request.method));
    if (known) known.transaction.repeated();
    else this.#begin(envelope, flow);
  }

  #begin(envelope: Envelope, flow: Flow): void {
    const { request } = envelope;
    const replyFlow = this.#replyFlow(envelope, flow);
    if (this.#byId.size >= maxTransactions) {
      this.#refuseStateless(request, { status: 503, reason: 'Service Unavailable' }, replyFlow);
      return;
    }
    const incoming = this.#open(envelope, replyFlow);
    if (request.method === 'CANCEL') {
      this.#cancel(incoming);
      return;
    }
    const refusal = this.#accept(incoming);
    if (refusal) this.#reply(incoming, refusal);
  }

  /** Sends the application's response. */
  respond(application: Application, id: string, response: SipResponse): Sent {
    const incoming = this.#byId.get(id);
    if (!incoming || incoming.application !== application || incoming.isAnswered) {
      return { refused: 'Response not sent due to unknown transaction' };
    }
    const { request } = incoming.envelope;
    const opensDialog = request.method === 'INVITE' && response.status > 100 && response.status < 300;
    if (opensDialog && !incoming.dialog) this.#openDialog(incoming, application, response);
    const wantsContact = contactMethods.has(request.method) && response.status > 100 && response.status < 300;
    const headers: Header[] = [
      ...(opensDialog ? copies(request, 'Record-Route') : []),
      ...(wantsContact ? [contactHeader(response.headers, incoming.flow)] : copies(response, 'Contact')),
      ...withoutHeaders(response.headers, ownedHeaders),
    ];
    if (opensDialog && headerValue(headers, 'Allow') === null) {
      headers.push(allowHeader(this.#core.applications.methods()));
    }
    const { status, reason, body } = response;
    const message = this.#reply(incoming, { status, reason, headers }, body);
    return {
      message,
      flow: incoming.flow,
      transactionId: id,
      dialogId: incoming.dialog?.id ?? '',
    };
  }

  /** The application is gone: what it left unanswered is refused. */
  forsake(application: Application): void {
    for (const incoming of [...this.#byId.values()]) {
      if (incoming.application !== application || incoming.isAnswered) continue;
      this.#reply(incoming, { status: 503, reason: 'Service Unavailable' });
    }
  }

  #open(envelope: Envelope, flow: Flow): Incoming {
    const { schedule, timers } = this.#core;
    const { method } = envelope.request;
    const key = serverKey(envelope, method);
    const merge = mergeKey(envelope);
    const options = {
      reliable: flow.reliable,
      schedule,
      timers,
      send: (octets: Buffer) => flow.send(octets),
      onEnd: () => {
        this.#byKey.delete(key);
        this.#byId.delete(incoming.id);
        if (this.#byMergeKey.get(merge) === incoming) this.#byMergeKey.delete(merge);
      },
    };
    const incoming: Incoming = {
      id: newToken(),
      envelope,
      flow,
      transaction:
        method === 'INVITE' ? new InviteServerTransaction(options) : new NonInviteServerTransaction(options),
      toTag: tagOf(envelope.to) ?? this.#tagFor(envelope.request),
      application: null,
      dialog: null,
      isAnswered: false,
    };
    this.#byKey.set(key, incoming);
    this.#byId.set(incoming.id, incoming);
    return incoming;
  }

  #accept(incoming: Incoming): Refusal | null {
    const { envelope } = incoming;
    const { method } = envelope.request;
    const { applications } = this.#core;
    const merge = mergeKey(envelope);
    const outside = tagOf(envelope.to) === null;
    const merged = outside && this.#byMergeKey.has(merge);
    if (outside && !merged) this.#byMergeKey.set(merge, incoming);
    const refusal = inspect(envelope, { routed: applications.methods(), merged });
    if (refusal) return refusal;
    if (!outside) return this.#acceptInDialog(incoming);
    incoming.application = applications.routeFor(method);
    if (incoming.application) return this.#deliver(incoming, incoming.application);
    const allow = allowHeader(applications.methods());
    if (method === 'OPTIONS') return { status: 200, reason: 'OK', headers: [allow, acceptHeader] };
    if (method === 'INVITE') return { status: 480, reason: 'Temporarily Unavailable' };
    return { status: 405, reason: 'Method Not Allowed', headers: [allow] };
  }

  #acceptInDialog(incoming: Incoming): Refusal | null {
    const { envelope, flow } = incoming;
    const { method } = envelope.request;
    const dialog = this.#findDialog(envelope);
    if (!dialog) return notFound;
    // Both sides hung up at once.
    if (dialog.state === 'leaving') return method === 'BYE' ? { status: 200, reason: 'OK' } : notFound;
    if (dialog.remoteCseq !== null && envelope.cseq < dialog.remoteCseq) {
      return { status: 500, reason: 'CSeq Out Of Order' };
    }
    if (method === 'INVITE') {
      if (dialog.invitePending === 'local') return { status: 491, reason: 'Request Pending' };
      if (dialog.invitePending === 'remote') {
        const headers = [{ name: 'Retry-After', value: '1' }];
        return { status: 500, reason: 'Overlapping INVITE', headers };
      }
      dialog.invitePending = 'remote';
    }
    dialog.remoteCseq = envelope.cseq;
    dialog.flow = flow;
    incoming.dialog = dialog;
    incoming.application = dialog.application;
    if (method === 'BYE') settleAnswer(dialog);
    return this.#deliver(incoming, dialog.application);
  }

  #deliver(incoming: Incoming, application: Application): null {
    const { envelope, flow, id, dialog } = incoming;
    if (envelope.request.method === 'INVITE') this.#reply(incoming, { status: 100, reason: 'Trying' });
    application.deliver({
      source: 'network',
      message: envelope.request,
      flow,
      transactionId: id,
      dialogId: dialog?.id ?? '',
    });
    return null;
  }

  #openDialog(incoming: Incoming, application: Application, response: SipResponse): void {
    const { envelope, flow } = incoming;
    const to = headerValue(response.headers, 'To');
    const localTag = (to === null ? null : tagOf(parseNameAddr(to))) ?? incoming.toTag;
    const dialog = dialogOfCallee({ id: newToken(), envelope, localTag, flow, application });
    incoming.dialog = dialog;
    this.#core.dialogs.add(dialog);
  }

  #reply(incoming: Incoming, refusal: Refusal, body?: Buffer): SipResponse {
    const { envelope, dialog } = incoming;
    const { status, reason, headers } = refusal;
    const toTag = status === 100 ? undefined : (dialog?.localTag ?? incoming.toTag);
    const response = createReply(envelope.request, { status, reason, toTag, headers, body });
    const octets = serialise(response);
    incoming.isAnswered = status >= 200;
    incoming.transaction.respond(status, octets);
    if (dialog && status >= 200) this.#settleDialog(incoming, dialog, status, octets);
    return response;
  }

  #settleDialog(incoming: Incoming, dialog: Dialog, status: number, octets: Buffer): void {
    const { method, headers } = incoming.envelope.request;
    if (method === 'BYE') {
      this.#core.dialogs.remove(dialog);
      return;
    }
    if (contactMethods.has(method) && status < 300) refreshTarget(dialog, headers);
    if (method !== 'INVITE') return;
    dialog.invitePending = null;
    if (status >= 300) {
      if (dialog.state === 'early') this.#core.dialogs.remove(dialog);
      return;
    }
    dialog.state = dialog.state === 'leaving' ? 'leaving' : 'confirmed';
    this.#awaitAck(incoming, dialog, octets);
  }

  /** RFC 3261 §13.3.1.4: the 2xx is repeated, on every transport, until the ACK comes. */
  #awaitAck(incoming: Incoming, dialog: Dialog, octets: Buffer): void {
    const { schedule, timers } = this.#core;
    const run = () => incoming.flow.send(octets);
    const stopRepeating = repeat(schedule, { firstMs: timers.t1Ms, capMs: timers.t2Ms, run });
    const cancelLimit = schedule.after(transactionTimeoutMs(timers), () => {
      settleAnswer(dialog);
      this.#abandonDialog(dialog, 'ACK timeout');
    });
    const stop = () => {
      stopRepeating();
      cancelLimit();
    };
    dialog.unacknowledged?.stop();
    dialog.unacknowledged = { cseq: incoming.envelope.cseq, stop };
  }

  #acknowledge(envelope: Envelope, flow: Flow): void {
    const invite = this.#byKey.get(serverKey(envelope, 'INVITE'));
    if (invite?.transaction instanceof InviteServerTransaction && invite.transaction.state === 'completed') {
      invite.transaction.acknowledged();
      return;
    }
    const dialog = this.#findDialog(envelope);
    // A repeated ACK, or one for nothing that we know, is absorbed.
    if (!dialog || dialog.unacknowledged?.cseq !== envelope.cseq) return;
    const { application, id } = dialog;
    application.deliver({
      source: 'network',
      message: envelope.request,
      flow,
      transactionId: newToken(),
      dialogId: id,
    });
    settleAnswer(dialog);
  }

  #cancel(incoming: Incoming): void {
    const { envelope } = incoming;
    const invite = this.#byKey.get(serverKey(envelope, 'INVITE'));
    if (!invite) {
      this.#reply(incoming, notFound);
      return;
    }
    const toTag = invite.dialog?.localTag ?? invite.toTag;
    const ok = createReply(envelope.request, { status: 200, reason: 'OK', toTag });
    incoming.isAnswered = true;
    incoming.transaction.respond(200, serialise(ok));
    if (invite.isAnswered || !invite.application) return;
    invite.application.deliver({
      source: 'network',
      message: envelope.request,
      flow: incoming.flow,
      transactionId: invite.id,
      dialogId: invite.dialog?.id ?? '',
    });
    this.#reply(invite, { status: 487, reason: 'Request Terminated' });
  }

  #findDialog(envelope: Envelope): Dialog | null {
    return this.#core.dialogs.find(envelope.callId, tagOf(envelope.to) ?? '', tagOf(envelope.from) ?? '');
  }

  #refuseStateless(request: SipRequest, refusal: Refusal, flow: Flow): void {
    const toTag = this.#tagFor(request);
    const { status, reason, headers } = refusal;
    flow.send(serialise(createReply(request, { status, reason, toTag, headers })));
  }

  /** The same request gets the same tag again, as RFC 3261 §8.2.7 wants of one who keeps no state. */
  #tagFor(request: SipRequest): string {
    const mac = createHmac('sha256', this.#tagSecret);
    for (const name of ['Via', 'From', 'Call-ID', 'CSeq'])
      mac.update(headerValue(request.headers, name) ?? '');
    return mac.digest('hex').slice(0, 16);
  }

  /**
   * RFC 3261 §18.2.2 and RFC 3581 §4. A sender that names another address than the one it is seen from
   * sits behind a NAT, where only the port it sent from leads back. `maddr` is not followed: it would let
   * a stranger have our answers sent to anybody.
   */
  #replyFlow(envelope: Envelope, flow: Flow): Flow {
    const { via } = envelope;
    const { address, port } = flow.peer;
    if (flow.reliable || via.params.has('rport')) return flow;
    const sentByPort = via.port ?? defaultSipPort;
    if (!isAddress(via.host) || via.host !== address || sentByPort === port) return flow;
    return this.#core.transport.datagramFlow(address, sentByPort);
  }
}

const copies = (message: SipRequest | SipResponse, name: string): Header[] =>
  message.headers.filter((header) => header.name === name);

import { createHmac, randomBytes } from 'node:crypto';
import { type Dialog, dialogOfCallee, noteRemoteSdp, opensDialog, settleAnswer } from '../dialog/dialog.ts';
import { accountOf } from '../digest.ts';
import { type Envelope, readEnvelope, tagOf } from '../message/envelope.ts';
import { headerValue } from '../message/headers.ts';
import type { Problem, SipRequest, SipResponse } from '../message/model.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { createReply, markSource } from '../message/reply.ts';
import { serialise } from '../message/serialise.ts';
import { isAddress } from '../message/uri.ts';
import { repeat, transactionTimeoutMs } from '../transaction/schedule.ts';
import { InviteServerTransaction } from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { defaultSipPort } from '../transport/resolve.ts';
import { acceptHeader, allowHeader, inspect, type Refusal } from './acceptance.ts';
import { answerHeaders, reliably } from './answering.ts';
import { type Application, type Sent, unsolicited } from './application.ts';
import { type Core, type DialogCare, newToken } from './core.ts';
import { contactHeader } from './identity.ts';
import { afterTheCall, hasOffer, type Incoming, isAckOf, overlap, retrySoon } from './incoming.ts';
import { IncomingRequests } from './incoming-requests.ts';
import { grantHeaders, grantSession } from './session-timer.ts';
import { settleDialog } from './settle.ts';

/** What goes out, beyond status and reason. */
interface Reply extends Refusal {
  readonly body?: Buffer;
  /** RSeq of a provisional that wants a PRACK. */
  readonly rseq?: number;
}

const notFound: Refusal = { status: 481, reason: 'Call/Transaction Does Not Exist' };

/** The side that receives requests (RFC 3261 §8.2, §9.2, §12.2.2, §13.3, §15.1.2). */
export class UserAgentServer {
  readonly #core: Core;
  readonly #requests: IncomingRequests;
  readonly #tagSecret = randomBytes(16);
  readonly #care: DialogCare;

  constructor(core: Core, care: DialogCare) {
    this.#core = core;
    this.#care = care;
    this.#requests = new IncomingRequests(core);
  }

  /** @param problem what the parser found wrong; such a request is refused without a transaction */
  receive(received: SipRequest, problem: Problem | null, flow: Flow): void {
    const request = markSource(received, flow.peer);
    const envelope = problem ?? readEnvelope(request);
    if ('status' in envelope) {
      if (request.method !== 'ACK' && this.#isTaken(request, flow)) {
        this.#refuseStateless(request, envelope, flow);
      }
      return;
    }
    if (request.method === 'ACK') {
      this.#acknowledge(envelope, flow);
      return;
    }
    const known = this.#requests.find(envelope, request.method);
    if (known) {
      known.transaction.repeated();
      return;
    }
    const inDialog = this.#belongs(envelope);
    if (inDialog || this.#isTaken(request, flow)) this.#begin(envelope, flow, inDialog);
  }

  /** Part of something that was taken already, and no business of the guard any more. */
  #belongs(envelope: Envelope): boolean {
    if (envelope.request.method === 'CANCEL') return this.#requests.find(envelope, 'INVITE') !== null;
    return tagOf(envelope.to) !== null && this.#findDialog(envelope) !== null;
  }

  #isTaken(request: SipRequest, { peer }: Flow): boolean {
    const { guard } = this.#core;
    if (!guard) return true;
    const { method, uri, headers } = request;
    const userAgent = headerValue(headers, 'User-Agent');
    const fromUri = parseNameAddr(headerValue(headers, 'From') ?? '')?.uriText ?? null;
    const account = accountOf(headerValue(headers, 'Authorization'));
    return guard.inspect({ method, uri, userAgent, fromUri, account }, peer) === 'take';
  }

  #begin(envelope: Envelope, arrivedOn: Flow, inDialog: boolean): void {
    const { request } = envelope;
    const flow = this.#replyFlow(envelope, arrivedOn);
    if (!this.#requests.hasRoom(flow.peer.address, inDialog)) {
      this.#refuseStateless(request, { status: 503, reason: 'Service Unavailable' }, flow);
      return;
    }
    const toTag = tagOf(envelope.to) ?? this.#tagFor(request);
    const incoming = this.#requests.open(envelope, { flow, toTag, inDialog });
    if (request.method === 'CANCEL') {
      this.#cancel(incoming);
      return;
    }
    const refusal = this.#accept(incoming);
    if (refusal) this.#reply(incoming, refusal);
  }

  /** Sends the application's response. */
  respond(application: Application, id: string, response: SipResponse): Sent {
    const incoming = this.#requests.byId(id);
    if (!incoming || incoming.application !== application || incoming.isAnswered) {
      return { refused: 'Response not sent due to unknown transaction' };
    }
    const { status, reason, body } = response;
    const isProvisional = status > 100 && status < 200;
    const { method } = incoming.envelope.request;
    const opens =
      status >= 200 && status < 300 ? opensDialog.has(method) : isProvisional && method === 'INVITE';
    if (opens && !incoming.dialog) this.#openDialog(incoming, application, response);
    const plain = answerHeaders(this.#core, incoming, response);
    const isRinging = isProvisional && method === 'INVITE';
    const { headers, rseq = undefined } = isRinging
      ? reliably(this.#core, incoming, { headers: plain, onTimeout: () => this.#missPrack(incoming) })
      : { headers: plain };
    const message = this.#reply(incoming, { status, reason, headers, body, rseq });
    return { message, flow: incoming.flow, transactionId: id, dialogId: incoming.dialog?.id ?? '' };
  }

  /** RFC 3262 §3: a caller that never acknowledges a provisional gets no call. */
  #missPrack(incoming: Incoming): void {
    const { dialog, application, envelope, flow } = incoming;
    if (!dialog || !application) return;
    const { request } = envelope;
    const held = incoming.isAnswered;
    const reason = { name: 'Reason', value: 'SIP;cause=504;text="PRACK timeout"' };
    const headers = [...request.headers, reason];
    const message = { ...request, method: held ? 'BYE' : 'CANCEL', headers, body: Buffer.alloc(0) };
    dialog.state = 'early';
    this.#reply(incoming, { status: 504, reason: 'Server Time-out' });
    application.deliver({
      source: held ? 'application' : 'network',
      message,
      flow,
      transactionId: held ? unsolicited : incoming.id,
      dialogId: dialog.id,
    });
  }

  /** The application is gone: what it left unanswered is refused. */
  forsake(application: Application): void {
    for (const incoming of this.#requests.all()) {
      if (incoming.application !== application || incoming.isAnswered) continue;
      this.#reply(incoming, { status: 503, reason: 'Service Unavailable' });
    }
  }

  #accept(incoming: Incoming): Refusal | null {
    const { envelope } = incoming;
    const { method } = envelope.request;
    const { applications } = this.#core;
    const merged = this.#requests.isMerged(incoming);
    const { session } = this.#core;
    const refusal = inspect(envelope, { routed: applications.methods(), merged, session });
    if (refusal) return refusal;
    if (tagOf(envelope.to) !== null) return this.#acceptInDialog(incoming);
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
    const found = this.#findDialog(envelope);
    const dialog = found ?? (method === 'NOTIFY' ? this.#care.dialogOfNotify(envelope, flow) : null);
    if (!dialog) return notFound;
    // Both sides hung up at once.
    if (dialog.state === 'leaving' && method === 'BYE') return { status: 200, reason: 'OK' };
    const isOver = dialog.state === 'leaving' || dialog.state === 'ended';
    if (isOver && !(dialog.subscriptions.size > 0 && afterTheCall.has(method))) return notFound;
    if (dialog.remoteCseq !== null && envelope.cseq < dialog.remoteCseq) {
      return { status: 500, reason: 'CSeq Out Of Order' };
    }
    const refusal = overlap(dialog, envelope.request);
    if (refusal) return refusal;
    if (method === 'INVITE') dialog.invitePending = 'remote';
    if (method === 'UPDATE' && hasOffer(envelope.request)) dialog.updatePending = 'remote';
    dialog.remoteCseq = envelope.cseq;
    dialog.flow = flow;
    incoming.dialog = dialog;
    this.#requests.noteDialog(incoming);
    incoming.application = dialog.application;
    if (method === 'BYE') settleAnswer(dialog);
    if (method === 'PRACK') return this.#acceptPrack(incoming, dialog);
    return this.#answerAlone(incoming, dialog) ?? this.#deliver(incoming, dialog.application);
  }

  /** What drachtio-srf would leave unanswered. */
  #answerAlone(incoming: Incoming, dialog: Dialog): Refusal | null {
    const { method, headers, body } = incoming.envelope.request;
    const ok = { status: 200, reason: 'OK' };
    if (method === 'NOTIFY' && dialog.state === 'ended') {
      // The application has forgotten the dialog; it may have a handler for what belongs to none.
      return this.#core.applications.methods().includes('NOTIFY') ? null : ok;
    }
    // The package takes an UPDATE for that of an early dialog while a request of its own is pending.
    if (method !== 'UPDATE' || dialog.state !== 'confirmed' || !this.#care.isBusy(dialog)) return null;
    if (body.length > 0) return retrySoon('Overlapping Request');
    incoming.session = grantSession(headers, [], this.#core.session);
    const contact = contactHeader([], incoming.flow, dialog.secure);
    return { ...ok, headers: [contact, ...grantHeaders(incoming.session, [])] };
  }

  #acceptPrack(incoming: Incoming, dialog: Dialog): Refusal | null {
    const { envelope } = incoming;
    const isEarly = dialog.state === 'early';
    if (!dialog.acknowledgeProvisional?.(headerValue(envelope.request.headers, 'RAck') ?? ''))
      return notFound;
    // RFC 3262 §3: the server answers; the application only hears of it, and has no say.
    if (isEarly) this.#deliver(incoming, dialog.application);
    return { status: 200, reason: 'OK' };
  }

  #deliver(incoming: Incoming, application: Application): null {
    const { envelope, flow, id, dialog, transaction } = incoming;
    const { request } = envelope;
    if (transaction instanceof InviteServerTransaction) {
      transaction.trying(() => serialise(createReply(request, { status: 100, reason: 'Trying' })));
    }
    application.deliver({
      source: 'network',
      message: request,
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
    this.#requests.noteDialog(incoming);
    this.#core.dialogs.add(dialog);
  }

  #reply(incoming: Incoming, reply: Reply): SipResponse {
    const { envelope, dialog, provisionals } = incoming;
    const { status, reason, headers, body, rseq } = reply;
    const toTag = status === 100 ? undefined : (dialog?.localTag ?? incoming.toTag);
    const response = createReply(envelope.request, { status, reason, toTag, headers, body });
    const octets = serialise(response);
    const isSuccess = status >= 200 && status < 300;
    const send = (): void => {
      incoming.transaction.respond(status, octets);
      const isCall = envelope.request.method === 'INVITE';
      if (dialog && isSuccess && isCall) this.#awaitAck(incoming, dialog, octets);
    };
    incoming.isAnswered = status >= 200;
    if (status >= 200) this.#core.guard?.answered(status, incoming.flow.peer, envelope.request.method);
    if (provisionals && rseq !== undefined) provisionals.submit(rseq, send);
    else if (provisionals && isSuccess) provisionals.submit(null, send);
    else {
      if (status >= 300) provisionals?.stop();
      send();
    }
    if (dialog && body && body.length > 0) dialog.localSdp = body;
    if (dialog && status >= 200)
      settleDialog({ core: this.#core, care: this.#care }, { incoming, dialog, response });
    return response;
  }

  /** RFC 3261 §13.3.1.4: the 2xx is repeated, on every transport, until the ACK comes. */
  #awaitAck(incoming: Incoming, dialog: Dialog, octets: Buffer): void {
    const { schedule, timers } = this.#core;
    const run = () => incoming.flow.send(octets);
    const stopRepeating = repeat(schedule, { firstMs: timers.t1Ms, capMs: timers.t2Ms, run });
    const cancelLimit = schedule.after(transactionTimeoutMs(timers), () => {
      settleAnswer(dialog);
      this.#care.hangUp(dialog, 'ACK timeout');
    });
    const stop = () => {
      stopRepeating();
      cancelLimit();
    };
    dialog.unacknowledged?.stop();
    dialog.unacknowledged = { cseq: incoming.envelope.cseq, stop };
  }

  #acknowledge(envelope: Envelope, flow: Flow): void {
    const invite = this.#requests.find(envelope, 'INVITE');
    if (invite && isAckOf(envelope, invite) && invite.transaction.state === 'completed') {
      if (invite.transaction instanceof InviteServerTransaction) invite.transaction.acknowledged();
      return;
    }
    const dialog = this.#findDialog(envelope);
    // A repeated ACK, or one for nothing that we know, is absorbed.
    if (!dialog || dialog.unacknowledged?.cseq !== envelope.cseq) return;
    const { application, id } = dialog;
    noteRemoteSdp(dialog, envelope.request);
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
    const invite = this.#requests.find(envelope, 'INVITE');
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
    this.#core.guard?.answered(status, flow.peer, request.method);
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

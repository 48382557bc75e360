import { type Dialog, nextHop } from '../dialog/dialog.ts';
import { type Envelope, parseCSeq, tagOf } from '../message/envelope.ts';
import { headerValue } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/model.ts';
import { listValues, parseNameAddr } from '../message/name-addr.ts';
import { serialise } from '../message/serialise.ts';
import { parseUri, type Uri } from '../message/uri.ts';
import { InviteClientTransaction } from '../transaction/client-transaction.ts';
import { transactionTimeoutMs } from '../transaction/schedule.ts';
import type { Flow } from '../transport/flow.ts';
import { Answers } from './answers.ts';
import { type Application, type Sent, unsolicited } from './application.ts';
import { type Core, newToken } from './core.ts';
import { Exchanges } from './exchange.ts';
import {
  bare,
  cancelOf,
  type Elsewhere,
  inDialog,
  isOfferPending,
  markPending,
  negotiates,
  type Outgoing,
  outsideDialog,
  sentOf,
  viaOf,
} from './outgoing.ts';
import { rackOf } from './reliable-provisional.ts';
import { askHeaders } from './session-timer.ts';
import { endCall } from './subscriptions.ts';
import { deadFlow, hopOf, type NoWay, noWayHeaders, type Way, Ways } from './way.ts';

export interface AppRequest {
  readonly request: SipRequest;
  /** Of the INVITE that a CANCEL is for. */
  readonly transactionId: string;
  readonly dialogId: string;
  /** Next hop instead of the Request-URI: a SIP URI, or `address[:port]`. */
  readonly proxy: string;
}

const refused = (reason: string): Sent => ({ refused: reason });

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** The side that sends requests (RFC 3261 §8.1, §9.1, §12.2.1, §13.2, §14.1, §15.1.1). */
export class UserAgentClient {
  readonly #core: Core;
  readonly #ways: Ways;
  readonly #answers: Answers;
  readonly #exchanges: Exchanges;

  constructor(core: Core) {
    this.#core = core;
    this.#ways = new Ways(core);
    const sender = {
      acknowledge: (dialog: Dialog, ack: SipRequest) => this.#ack(dialog, ack),
      acknowledgeProvisional: (dialog: Dialog, prack: SipRequest) => this.#prack(dialog, prack),
      send: (dialog: Dialog, request: SipRequest) => this.#within({ application: null, dialog, request }),
      hangUp: (dialog: Dialog, reason: string) => this.hangUp(dialog, reason),
      refresh: (dialog: Dialog) => this.refresh(dialog),
    };
    this.#answers = new Answers(core, sender, () => this.#exchanges);
    this.#exchanges = new Exchanges(core, {
      onResponse: (outgoing, response) => this.#answers.onResponse(outgoing, response),
      onEnd: (outgoing) => this.#answers.onEnd(outgoing),
    });
  }

  /** Sends what the application asks for. Resolves once it is on its way. */
  async request(application: Application, asked: AppRequest): Promise<Sent> {
    const { request, dialogId } = asked;
    const { method } = request;
    if (method === 'CANCEL') return this.#cancel(asked);
    if (dialogId === '') {
      // The transaction itself acknowledged a final response other than 2xx.
      return method === 'ACK' ? refused('no dialog to acknowledge') : this.#outside(application, asked);
    }
    const dialog = this.#core.dialogs.byId(dialogId);
    const isOver = dialog?.state === 'leaving' || dialog?.state === 'ended';
    const reaches = dialog?.application === application && (!isOver || method === 'NOTIFY');
    if (!dialog || !reaches) return refused('unable to find dialog for dialog id provided');
    if (method === 'ACK') return this.#ack(dialog, request);
    if (method === 'PRACK') return this.#prack(dialog, request);
    if (method === 'BYE' && dialog.unacknowledged) {
      // RFC 3261 §15: the callee must not hang up before the ACK is there.
      await new Promise<void>((resolve) => dialog.onAcknowledged.push(resolve));
    }
    return this.#within({ application, dialog, request });
  }

  /** Ends a dialog in the application's name and tells it so. */
  async hangUp(dialog: Dialog, reason: string): Promise<void> {
    const cause = { name: 'Reason', value: `SIP;cause=200;text="${reason}"` };
    const request = bare('BYE', [cause]);
    if (!this.#core.dialogs.byId(dialog.id) || dialog.state === 'leaving' || dialog.state === 'ended') return;
    const sent = await this.#within({ application: null, dialog, request });
    const { flow } = dialog;
    // What could not be sent is told as it would have been: call control reads the whole message.
    const unsent = inDialog(dialog, request, { flow, cseq: dialog.localCseq + 1 });
    const message = { ...unsent, headers: [viaOf(flow), ...unsent.headers] };
    const told = 'refused' in sent ? { message, flow, dialogId: dialog.id } : sent;
    dialog.application.deliver({ ...told, source: 'application', transactionId: unsolicited });
  }

  /** Asks for the session to go on (RFC 4028 §7.4, §10): by UPDATE where the other side knows it. */
  refresh(dialog: Dialog): void {
    const { session } = dialog;
    if (!session || dialog.state !== 'confirmed') return;
    const byUpdate = dialog.peerAllows.has('UPDATE') || dialog.localSdp === null;
    const type = byUpdate ? [] : [{ name: 'Content-Type', value: 'application/sdp' }];
    const plain = bare(byUpdate ? 'UPDATE' : 'INVITE', type);
    const request = byUpdate || !dialog.localSdp ? plain : { ...plain, body: dialog.localSdp };
    const onResponse = ({ status }: SipResponse): void => {
      if (isSuccess(status) && request.method === 'INVITE') void this.#ack(dialog, bare('ACK'));
      if (status === 481 || status === 408) void this.hangUp(dialog, 'Session timer expired');
    };
    void this.#within({ application: null, dialog, request, onResponse });
  }

  isBusy(dialog: Dialog): boolean {
    for (const { within, application, transaction } of this.#exchanges.all()) {
      const isPending = ['trying', 'calling', 'proceeding'].includes(transaction.state);
      if (within === dialog && application && isPending) return true;
    }
    return false;
  }

  /** A NOTIFY that overtook the 2xx opens the dialog of its SUBSCRIBE or REFER (RFC 6665 §4.4.1). */
  dialogOfNotify(envelope: Envelope, flow: Flow): Dialog | null {
    const remoteTag = tagOf(envelope.from) ?? '';
    for (const outgoing of this.#exchanges.all()) {
      const { request, within } = outgoing;
      const from = parseNameAddr(headerValue(request.headers, 'From') ?? '');
      const isAwaited = within === null && (request.method === 'SUBSCRIBE' || request.method === 'REFER');
      const fits = headerValue(request.headers, 'Call-ID') === envelope.callId;
      if (!isAwaited || !fits || tagOf(from) !== tagOf(envelope.to)) continue;
      // One that it opened before, and that is over.
      if (outgoing.opened.has(remoteTag)) return null;
      // Its From stands where the To of the 2xx would.
      const headers = envelope.request.headers.map((header) =>
        header.name === 'From' ? { name: 'To', value: header.value } : header,
      );
      const dialog = this.#answers.openDialog(outgoing, headers, remoteTag);
      if (!dialog) return null;
      // It is the other side's request: its route reads forwards.
      dialog.routeSet = listValues(headers, 'Record-Route');
      dialog.flow = flow;
      return dialog;
    }
    return null;
  }

  receive(response: SipResponse): void {
    this.#exchanges.receive(response);
  }

  async #outside(application: Application, asked: AppRequest): Promise<Sent> {
    const { request, proxy } = asked;
    const secure = /^sips:/i.test(request.uri);
    const [route] = listValues(request.headers, 'Route');
    const routed = route === undefined ? null : parseNameAddr(route);
    const hop = proxy !== '' ? hopOf(proxy, secure) : route ? routed?.uri : parseUri(request.uri);
    if (!hop) return refused('the address to send to cannot be read');
    const way = await this.#ways.to(hop);
    const given = (name: string) => headerValue(request.headers, name);
    const callId = given('Call-ID') ?? newToken() + newToken();
    const cseq = (parseCSeq(given('CSeq') ?? '')?.number ?? 1) + this.#answers.ahead(callId);
    const { session } = this.#core;
    const asks = request.method === 'INVITE' ? askHeaders(null, request.headers, session) : [];
    const timed = { ...request, headers: [...request.headers, ...asks] };
    const tag = newToken();
    const build = (flow: Flow): SipRequest => outsideDialog(timed, { flow, cseq, tag, callId });
    if ('code' in way) {
      // Without a way there the request still exists, and fails like one that a network swallowed.
      const flow = deadFlow(this.#core.transport.datagramFlow('127.0.0.1', 0));
      const lost = this.#exchanges.launch({ application, within: null, flow, cseq, request: build(flow) });
      setImmediate(() => this.#failNoWay(lost, way));
      return sentOf(lost, '');
    }
    const fitting = await this.#fitting(way.flow, hop, build);
    const elsewhere = this.#elsewhere(way, hop, build);
    return sentOf(this.#exchanges.launch({ application, within: null, cseq, elsewhere, ...fitting }), '');
  }

  /** The request on its way, over a connection where it is too long for a datagram. */
  async #fitting(
    flow: Flow,
    hop: Uri,
    build: (flow: Flow) => SipRequest,
  ): Promise<{ readonly flow: Flow; readonly request: SipRequest }> {
    const request = build(flow);
    const connection = await this.#ways.forLong(request, flow, hop);
    return connection ? { flow: connection, request: build(connection) } : { flow, request };
  }

  /** What is done where that way leads to nobody: the same request by the next. */
  #elsewhere({ flow, others }: Way, hop: Uri, build: (flow: Flow) => SipRequest): Elsewhere | null {
    if (others.length === 0) return null;
    return async () => {
      this.#ways.shun(flow.peer);
      const way = await this.#ways.first(others);
      const fitting = await this.#fitting(way.flow, hop, build);
      return { ...fitting, elsewhere: this.#elsewhere(way, hop, build) };
    };
  }

  async #within(asked: {
    readonly application: Application | null;
    readonly dialog: Dialog;
    readonly request: SipRequest;
    readonly onResponse?: (response: SipResponse) => void;
  }): Promise<Sent> {
    const { application, dialog, request, onResponse } = asked;
    const { method } = request;
    if (method === 'BYE') {
      dialog.state = 'leaving';
      dialog.session?.cancel();
      dialog.session = null;
    }
    if (!(await this.#turn(dialog, request))) return refused('another INVITE is pending in the dialog');
    markPending(dialog, request, 'local');
    const way = await this.#flowOf(dialog);
    if ('code' in way) {
      markPending(dialog, request, null);
      if (method === 'BYE') endCall(this.#core, dialog);
      return refused(`the other side of the dialog cannot be reached: ${way.code} ${way.text}`);
    }
    dialog.localCseq += 1;
    const cseq = dialog.localCseq;
    const { headers } = request;
    const isTimed = negotiates(method) && dialog.state === 'confirmed';
    const asks = isTimed ? askHeaders(dialog, headers, this.#core.session) : [];
    const timed = { ...request, headers: [...headers, ...asks] };
    const build = (flow: Flow): SipRequest => inDialog(dialog, timed, { flow, cseq });
    const hop = nextHop(dialog);
    const fitting =
      hop && !('peer' in hop) ? await this.#fitting(way, hop, build) : { flow: way, request: build(way) };
    if (negotiates(method) && request.body.length > 0) dialog.localSdp = request.body;
    const outgoing = this.#exchanges.launch({ application, within: dialog, cseq, onResponse, ...fitting });
    return sentOf(outgoing, dialog.id);
  }

  async #flowOf(dialog: Dialog): Promise<Flow | NoWay> {
    const hop = nextHop(dialog);
    if (hop === null) return { code: 'NO_WAY', text: 'its address cannot be read' };
    if ('peer' in hop) return hop;
    const way = await this.#ways.to(hop, dialog.flow);
    if ('flow' in way) return way.flow;
    // A Contact that leads nowhere (a private name, no listener) still came over a way that exists.
    return dialog.flow.isOpen() ? dialog.flow : way;
  }

  #failNoWay(lost: Outgoing, way: NoWay): void {
    this.#exchanges.fail(lost, 503, `No Way To Destination (${way.code})`, noWayHeaders(way));
  }

  /** Waits until no other offer is on its way in the dialog; false where that takes too long. */
  async #turn(dialog: Dialog, request: SipRequest): Promise<boolean> {
    const { schedule, timers } = this.#core;
    const blocked = (): boolean => {
      if (request.method === 'INVITE') return isOfferPending(dialog) || dialog.unacknowledged !== null;
      return (
        request.method === 'UPDATE' &&
        request.body.length > 0 &&
        dialog.state !== 'early' &&
        isOfferPending(dialog)
      );
    };
    const stepMs = timers.t1Ms / 5;
    for (let waitedMs = 0; blocked(); waitedMs += stepMs) {
      if (waitedMs > transactionTimeoutMs(timers) || dialog.state !== 'confirmed') return false;
      await new Promise<void>((resolve) => schedule.after(stepMs, resolve));
    }
    return true;
  }

  async #ack(dialog: Dialog, asked: SipRequest): Promise<Sent> {
    const { answer } = dialog;
    if (!answer) return refused('nothing to acknowledge in the dialog');
    const { cseq } = answer;
    const flow = await this.#flowOf(dialog);
    if ('code' in flow) return refused('the other side of the dialog cannot be reached');
    const plain = inDialog(dialog, asked, { flow, cseq });
    const message = { ...plain, headers: [viaOf(flow), ...plain.headers, ...dialog.credentials] };
    if (asked.body.length > 0) dialog.localSdp = asked.body;
    const octets = serialise(message);
    answer.ack = () => flow.send(octets);
    answer.ack();
    return { message, flow, transactionId: newToken(), dialogId: dialog.id };
  }

  async #prack(dialog: Dialog, asked: SipRequest): Promise<Sent> {
    const { provisional } = dialog;
    if (!provisional || provisional.isAcknowledged) return refused('nothing to acknowledge in the dialog');
    provisional.isAcknowledged = true;
    const rack = { name: 'RAck', value: rackOf(provisional.rseq, provisional.cseq) };
    const headers = [...asked.headers.filter(({ name }) => name !== 'RAck'), rack];
    return this.#within({ application: null, dialog, request: { ...asked, headers } });
  }

  async #cancel(asked: AppRequest): Promise<Sent> {
    const invite = this.#exchanges.byId(asked.transactionId);
    const state = invite?.transaction.state;
    if (invite?.request.method !== 'INVITE' || (state !== 'calling' && state !== 'proceeding')) {
      return refused('unable to find an INVITE to cancel');
    }
    const { flow, cseq, transaction } = invite;
    invite.elsewhere = null;
    const cancel = cancelOf(invite, asked.request.headers);
    const send = () => {
      invite.heldCancel = null;
      this.#exchanges.launchAs({ application: null, within: null, flow, cseq, request: cancel });
      if (transaction instanceof InviteClientTransaction) transaction.cancelled();
    };
    if (state === 'proceeding') send();
    else invite.heldCancel = send;
    return { message: cancel, flow, transactionId: newToken(), dialogId: '' };
  }
}

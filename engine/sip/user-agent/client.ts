import { type Dialog, dialogOfCaller, nextHop, refreshTarget, routeOf } from '../dialog/dialog.ts';
import { parseCSeq, readResponse, tagOf } from '../message/envelope.ts';
import { headerValue, headerValues, withoutHeaders } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { listValues, parseNameAddr } from '../message/name-addr.ts';
import { createReply } from '../message/reply.ts';
import { serialise } from '../message/serialise.ts';
import { formatHost, parseUri, type Uri } from '../message/uri.ts';
import { magicCookie, parseVia } from '../message/via.ts';
import { InviteClientTransaction, NonInviteClientTransaction } from '../transaction/client-transaction.ts';
import { clientKey } from '../transaction/matching.ts';
import { transactionTimeoutMs } from '../transaction/schedule.ts';
import type { Flow } from '../transport/flow.ts';
import { resolveTarget } from '../transport/resolve.ts';
import { type Application, type Sent, unsolicited } from './application.ts';
import { type Core, newToken } from './core.ts';
import { contactHeader, contactMethods, fromValue, ownedHeaders } from './identity.ts';

/** A request that has a client transaction. */
interface Outgoing {
  readonly id: string;
  readonly request: SipRequest;
  readonly cseq: number;
  readonly flow: Flow;
  readonly transaction: InviteClientTransaction | NonInviteClientTransaction;
  /** Null for what the server sends by itself. */
  readonly application: Application | null;
  /** The dialog that the request was sent in. */
  readonly within: Dialog | null;
  /** Dialogs that its responses opened, by remote tag. */
  readonly opened: Map<string, Dialog>;
  /** Octets of the CANCEL that waits for a first provisional response. */
  heldCancel: (() => void) | null;
}

export interface AppRequest {
  readonly request: SipRequest;
  /** Of the INVITE that a CANCEL is for. */
  readonly transactionId: string;
  readonly dialogId: string;
  /** Next hop instead of the Request-URI: a SIP URI, or `address[:port]`. */
  readonly proxy: string;
}

const refused = (reason: string): Sent => ({ refused: reason });

/** The side that sends requests (RFC 3261 §8.1, §9.1, §12.2.1, §13.2, §15.1.1). */
export class UserAgentClient {
  readonly #core: Core;
  readonly #byKey = new Map<string, Outgoing>();
  readonly #byId = new Map<string, Outgoing>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Sends what the application asks for. Resolves once it is on its way. */
  async request(application: Application, asked: AppRequest): Promise<Sent> {
    const { request, dialogId } = asked;
    if (request.method === 'CANCEL') return this.#cancel(asked);
    if (dialogId === '') {
      // The transaction itself acknowledged a final response other than 2xx.
      return request.method === 'ACK'
        ? refused('no dialog to acknowledge')
        : this.#outside(application, asked);
    }
    const dialog = this.#core.dialogs.byId(dialogId);
    if (!dialog || dialog.application !== application || dialog.state === 'leaving') {
      return refused('unable to find dialog for dialog id provided');
    }
    if (request.method === 'ACK') return this.#ack(dialog, request);
    if (request.method === 'BYE' && dialog.unacknowledged) {
      // RFC 3261 §15: the callee must not hang up before the ACK is there.
      await new Promise<void>((resolve) => dialog.onAcknowledged.push(resolve));
    }
    return this.#within(application, dialog, request);
  }

  /** Ends a dialog in the application's name and tells it so. */
  async hangUp(dialog: Dialog, reason: string): Promise<void> {
    const cause = { name: 'Reason', value: `SIP;cause=200;text="${reason}"` };
    const request = {
      kind: 'request',
      method: 'BYE',
      uri: '',
      headers: [cause],
      body: Buffer.alloc(0),
    } as const;
    const sent = await this.#within(null, dialog, request);
    if ('refused' in sent) return;
    dialog.application.deliver({ source: 'application', ...sent, transactionId: unsolicited });
  }

  receive(response: SipResponse): void {
    const read = readResponse(response);
    const outgoing = read ? this.#byKey.get(clientKey(read.via, read.cseq.method)) : null;
    outgoing?.transaction.received(response);
  }

  async #outside(application: Application, asked: AppRequest): Promise<Sent> {
    const { request, proxy } = asked;
    const [route] = listValues(request.headers, 'Route');
    const hop = proxy !== '' ? proxyUri(proxy) : route ? parseNameAddr(route)?.uri : parseUri(request.uri);
    if (!hop) return refused('the address to send to cannot be read');
    const connected = await this.#connect(hop);
    // Without a way there the request still exists, and fails like one that a network swallowed.
    const flow = connected ?? deadFlow(this.#core.transport.datagramFlow('127.0.0.1', 0));
    const given = (name: string) => headerValue(request.headers, name);
    const cseq = parseCSeq(given('CSeq') ?? '')?.number ?? 1;
    const headers: Header[] = [
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: fromValue(given('From'), flow, newToken()) },
      { name: 'To', value: given('To') ?? `<${request.uri}>` },
      { name: 'Call-ID', value: given('Call-ID') ?? newToken() + newToken() },
      { name: 'CSeq', value: `${cseq} ${request.method}` },
      ...(contactMethods.has(request.method)
        ? [contactHeader(request.headers, flow)]
        : request.headers.filter(({ name }) => name === 'Contact')),
      ...withoutHeaders(request.headers, ownedHeaders),
    ];
    const outgoing = this.#start({ application, within: null, flow, cseq, request: { ...request, headers } });
    if (!connected) setImmediate(() => this.#failLocally(outgoing, 503, 'No Way To Destination'));
    return sentOf(outgoing, '');
  }

  async #within(application: Application | null, dialog: Dialog, request: SipRequest): Promise<Sent> {
    if (request.method === 'BYE') dialog.state = 'leaving';
    const flow = await this.#flowOf(dialog);
    if (!flow) {
      if (request.method === 'BYE') this.#core.dialogs.remove(dialog);
      return refused('the other side of the dialog cannot be reached');
    }
    if (request.method === 'INVITE') {
      if (dialog.invitePending !== null) return refused('another INVITE is pending in the dialog');
      dialog.invitePending = 'local';
    }
    dialog.localCseq += 1;
    const cseq = dialog.localCseq;
    const built = inDialog(dialog, request, { flow, cseq });
    const outgoing = this.#start({ application, within: dialog, flow, cseq, request: built });
    return sentOf(outgoing, dialog.id);
  }

  async #ack(dialog: Dialog, asked: SipRequest): Promise<Sent> {
    const { answer } = dialog;
    if (!answer) return refused('nothing to acknowledge in the dialog');
    const { cseq } = answer;
    const flow = await this.#flowOf(dialog);
    if (!flow) return refused('the other side of the dialog cannot be reached');
    const plain = inDialog(dialog, asked, { flow, cseq });
    const headers = [viaOf(flow), ...plain.headers, ...dialog.credentials];
    const message = { ...plain, headers };
    const octets = serialise(message);
    answer.ack = () => flow.send(octets);
    answer.ack();
    return { message, flow, transactionId: newToken(), dialogId: dialog.id };
  }

  async #cancel(asked: AppRequest): Promise<Sent> {
    const invite = this.#byId.get(asked.transactionId);
    const state = invite?.transaction.state;
    if (invite?.request.method !== 'INVITE' || (state !== 'calling' && state !== 'proceeding')) {
      return refused('unable to find an INVITE to cancel');
    }
    const { request, flow, cseq } = invite;
    // RFC 3261 §9.1: same Request-URI, Via, From, To, Call-ID, CSeq number and Route as the INVITE.
    const kept = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'Route'];
    const headers = [
      ...request.headers.filter(({ name }) => kept.includes(name)),
      { name: 'CSeq', value: `${cseq} CANCEL` },
      ...asked.request.headers.filter(({ name }) => name === 'Reason'),
    ];
    const cancel = { ...request, method: 'CANCEL', headers, body: Buffer.alloc(0) };
    const send = () => {
      invite.heldCancel = null;
      this.#launch({ application: null, within: null, flow, cseq, request: cancel });
      if (invite.transaction instanceof InviteClientTransaction) invite.transaction.cancelled();
    };
    if (state === 'proceeding') send();
    else invite.heldCancel = send;
    return { message: cancel, flow, transactionId: newToken(), dialogId: '' };
  }

  #start(parts: Omit<Outgoing, 'id' | 'transaction' | 'opened' | 'heldCancel'>): Outgoing {
    const headers = [viaOf(parts.flow), ...parts.request.headers];
    return this.#launch({ ...parts, request: { ...parts.request, headers } });
  }

  #launch(parts: Omit<Outgoing, 'id' | 'transaction' | 'opened' | 'heldCancel'>): Outgoing {
    const { schedule, timers } = this.#core;
    const { request, flow } = parts;
    const via = parseVia(headerValue(request.headers, 'Via') ?? '');
    const key = via ? clientKey(via, request.method) : '';
    const options = {
      reliable: flow.reliable,
      schedule,
      timers,
      request: serialise(request),
      send: (octets: Buffer) => flow.send(octets),
      onResponse: (response: SipResponse) => this.#onResponse(outgoing, response),
      onTimeout: () => this.#failLocally(outgoing, 408, 'Request Timeout'),
      onEnd: () => {
        this.#byKey.delete(key);
        this.#byId.delete(outgoing.id);
      },
      createAck: (response: SipResponse) => serialise(ackOf(request, response, parts.cseq)),
    };
    const transaction =
      request.method === 'INVITE'
        ? new InviteClientTransaction(options)
        : new NonInviteClientTransaction(options);
    const outgoing: Outgoing = { ...parts, id: newToken(), transaction, opened: new Map(), heldCancel: null };
    this.#byKey.set(key, outgoing);
    this.#byId.set(outgoing.id, outgoing);
    transaction.start();
    return outgoing;
  }

  #failLocally(outgoing: Outgoing, status: number, reason: string): void {
    const toTag = outgoing.within ? undefined : newToken();
    this.#onResponse(outgoing, createReply(outgoing.request, { status, reason, toTag }));
    outgoing.transaction.end();
  }

  #onResponse(outgoing: Outgoing, response: SipResponse): void {
    const { application, request, flow, within } = outgoing;
    const { status } = response;
    if (request.method === 'INVITE') {
      if (status < 200) outgoing.heldCancel?.();
      if (status === 100) return;
      if (!this.#trackInvite(outgoing, response)) return;
    } else if (request.method === 'BYE' && within && status >= 200) {
      this.#core.dialogs.remove(within);
    } else if (within && status >= 200 && status < 300 && contactMethods.has(request.method)) {
      refreshTarget(within, response.headers);
    }
    const tag = remoteTagOf(response);
    const dialog = within ?? (status < 300 ? outgoing.opened.get(tag) : null);
    const dialogId = dialog?.id ?? '';
    application?.deliver({
      source: 'network',
      message: response,
      flow,
      transactionId: outgoing.id,
      dialogId,
    });
  }

  /** Keeps the dialogs of an INVITE. @returns false where the application need not hear of the response */
  #trackInvite(outgoing: Outgoing, response: SipResponse): boolean {
    const { status } = response;
    const { dialogs } = this.#core;
    const tag = remoteTagOf(response);
    let dialog = outgoing.within ?? outgoing.opened.get(tag) ?? null;
    if (status >= 300) {
      if (outgoing.within) outgoing.within.invitePending = null;
      for (const early of outgoing.opened.values()) dialogs.remove(early);
      return true;
    }
    if (status >= 200 && dialog?.invitePending === null) {
      // The 2xx came again because our ACK was lost.
      if (dialog.answer?.cseq === outgoing.cseq) dialog.answer.ack?.();
      return false;
    }
    if (!dialog) {
      if (tag === '' && status < 200) return true;
      dialog = this.#openDialog(outgoing, response, tag);
      if (!dialog) return false;
    }
    if (status < 200) return true;
    const others = [...outgoing.opened.values()].filter((other) => other !== dialog);
    const alreadyAnswered = others.some((other) => other.state !== 'early');
    dialog.state = 'confirmed';
    dialog.invitePending = null;
    dialog.answer = { cseq: outgoing.cseq, ack: null };
    refreshTarget(dialog, response.headers);
    if (alreadyAnswered) {
      void this.#dropFork(dialog);
      return false;
    }
    this.#expectAck(dialog);
    return true;
  }

  #openDialog(outgoing: Outgoing, response: SipResponse, tag: string): Dialog | null {
    const { application, request, cseq, flow } = outgoing;
    if (!application) return null;
    const dialog = dialogOfCaller({ id: newToken(), request, response, cseq, flow, application });
    outgoing.opened.set(tag, dialog);
    this.#core.dialogs.add(dialog);
    return dialog;
  }

  /** RFC 3261 §13.2.2.4: a second branch that answered is acknowledged and hung up on. */
  async #dropFork(dialog: Dialog): Promise<void> {
    await this.#ack(dialog, emptyAck);
    await this.#within(null, dialog, { ...emptyAck, method: 'BYE' });
  }

  /** An application that never acknowledges leaves a call up that nobody carries. */
  #expectAck(dialog: Dialog): void {
    const { answer } = dialog;
    this.#core.schedule.after(transactionTimeoutMs(this.#core.timers), () => {
      if (answer?.ack || dialog.answer !== answer || dialog.state !== 'confirmed') return;
      void this.#ack(dialog, emptyAck).then(() => this.hangUp(dialog, 'not acknowledged'));
    });
  }

  async #flowOf(dialog: Dialog): Promise<Flow | null> {
    const hop = nextHop(dialog);
    if (hop === null || 'peer' in hop) return hop;
    return this.#connect(hop);
  }

  async #connect(uri: Uri): Promise<Flow | null> {
    try {
      return await this.#core.transport.flowTo(await resolveTarget(uri));
    } catch (error) {
      this.#core.log.info({ pii: { host: uri.host }, error: String(error) }, 'no way to sip peer');
      return null;
    }
  }
}

const emptyAck: SipRequest = { kind: 'request', method: 'ACK', uri: '', headers: [], body: Buffer.alloc(0) };

const remoteTagOf = (response: SipResponse): string =>
  tagOf(parseNameAddr(headerValue(response.headers, 'To') ?? '')) ?? '';

const sentOf = (outgoing: Outgoing, dialogId: string): Sent => ({
  message: outgoing.request,
  flow: outgoing.flow,
  transactionId: outgoing.id,
  dialogId,
});

function viaOf(flow: Flow): Header {
  const { address, port } = flow.local;
  const transport = flow.peer.transport.toUpperCase();
  const branch = magicCookie + newToken();
  return { name: 'Via', value: `SIP/2.0/${transport} ${formatHost(address)}:${port};branch=${branch};rport` };
}

/** RFC 3261 §12.2.1.1, all but the Via. */
function inDialog(
  dialog: Dialog,
  request: SipRequest,
  options: { readonly flow: Flow; readonly cseq: number },
): SipRequest {
  const { uri, routes } = routeOf(dialog);
  const headers = [
    ...routes.map((value) => ({ name: 'Route', value })),
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: dialog.localIdentity },
    { name: 'To', value: dialog.remoteIdentity },
    { name: 'Call-ID', value: dialog.callId },
    { name: 'CSeq', value: `${options.cseq} ${request.method}` },
    ...(contactMethods.has(request.method) ? [contactHeader(request.headers, options.flow)] : []),
    ...withoutHeaders(request.headers, ownedHeaders).filter(({ name }) => name !== 'Route'),
  ];
  return { ...request, uri, headers };
}

/** RFC 3261 §17.1.1.3. */
function ackOf(request: SipRequest, response: SipResponse, cseq: number): SipRequest {
  const to = headerValues(response.headers, 'To').map((value) => ({ name: 'To', value }));
  const kept = ['Via', 'Route', 'Max-Forwards', 'From', 'Call-ID'];
  return {
    ...request,
    method: 'ACK',
    headers: [
      ...request.headers.filter(({ name }) => kept.includes(name)),
      ...to,
      { name: 'CSeq', value: `${cseq} ACK` },
    ],
    body: Buffer.alloc(0),
  };
}

const proxyUri = (proxy: string): Uri | null => parseUri(/^sips?:/i.test(proxy) ? proxy : `sip:${proxy}`);

/** Stands for a way that does not exist. */
const deadFlow = (like: Flow): Flow => ({ ...like, reliable: true, isOpen: () => false, send: () => {} });

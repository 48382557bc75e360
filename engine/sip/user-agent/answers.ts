import {
  callerRoutes,
  type Dialog,
  dialogOfCaller,
  learnAbilities,
  noteRemoteSdp,
  opensDialog,
  refreshTarget,
} from '../dialog/dialog.ts';
import { headerValue } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { transactionTimeoutMs } from '../transaction/schedule.ts';
import { type Core, newToken } from './core.ts';
import type { Exchanges } from './exchange.ts';
import { glareDelayMs, maxGlareRetries } from './glare.ts';
import { contactMethods } from './identity.ts';
import {
  bare,
  type Elsewhere,
  isOfferPending,
  markPending,
  negotiates,
  type Outgoing,
  remoteTagOf,
} from './outgoing.ts';
import { reliableNumber } from './reliable-provisional.ts';
import { keepSession, lengthened, readSession } from './session-timer.ts';
import { beginSubscription, endCall, noteNotify } from './subscriptions.ts';

/** What answers make the client send. */
export interface Sender {
  acknowledge(dialog: Dialog, ack: SipRequest): Promise<unknown>;
  acknowledgeProvisional(dialog: Dialog, prack: SipRequest): Promise<unknown>;
  send(dialog: Dialog, request: SipRequest): Promise<unknown>;
  hangUp(dialog: Dialog, reason: string): Promise<void>;
  refresh(dialog: Dialog): void;
}

const maxIntervalRetries = 3;

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** What the responses to our requests do to dialogs (RFC 3261 §12.2.1.2, §13.2.2, §14.1). */
export class Answers {
  readonly #core: Core;
  readonly #sender: Sender;
  readonly #exchanges: () => Exchanges;
  /** By Call-ID: how far our numbers ran ahead of the application's where a 422 had us ask again. */
  readonly #ahead = new Map<string, number>();

  constructor(core: Core, sender: Sender, exchanges: () => Exchanges) {
    this.#core = core;
    this.#sender = sender;
    this.#exchanges = exchanges;
  }

  /** What has to be added to a number of the application's. */
  ahead(callId: string): number {
    return this.#ahead.get(callId) ?? 0;
  }

  onEnd(outgoing: Outgoing): void {
    // Branches that rang, and of which nothing was heard once another had answered.
    for (const dialog of outgoing.opened.values()) {
      if (dialog.state === 'early') this.#core.dialogs.remove(dialog);
    }
    if (this.#ahead.size > 0) this.#ahead.delete(callIdOf(outgoing));
  }

  onResponse(outgoing: Outgoing, response: SipResponse): void {
    const { status } = response;
    if (status >= 300 && this.#retries(outgoing, response)) return;
    if (outgoing.request.method === 'INVITE') {
      if (status < 200) outgoing.heldCancel?.();
      // Call control hears that a call is being tried, and of no 100 that would confuse it: drachtio-srf takes one
      // within a dialog for the answer, and forgets at one that its credentials were tried already.
      if (status === 100 && (outgoing.within || hasCredentials(outgoing.request))) return;
      if (!this.#trackInvite(outgoing, response)) return;
    } else if (status >= 200) this.#settle(outgoing, response);
    if (status >= 200) outgoing.onResponse?.(response);
    this.#deliver(outgoing, response);
  }

  openDialog(outgoing: Outgoing, headers: readonly Header[], tag: string): Dialog | null {
    const { application, request, cseq, flow } = outgoing;
    if (!application) return null;
    const response = { headers };
    const dialog = dialogOfCaller({ id: newToken(), request, response, cseq, flow, application });
    outgoing.opened.set(tag, dialog);
    this.#core.dialogs.add(dialog);
    return dialog;
  }

  #deliver(outgoing: Outgoing, message: SipResponse): void {
    const { application, flow, within, id } = outgoing;
    const dialog = within ?? (message.status < 300 ? outgoing.opened.get(remoteTagOf(message)) : null);
    const dialogId = dialog?.id ?? '';
    application?.deliver({ source: 'network', message, flow, transactionId: id, dialogId });
  }

  /** @returns true where the request is sent again and the application need not hear of the refusal */
  #retries(outgoing: Outgoing, response: SipResponse): boolean {
    const { within, request } = outgoing;
    const { status } = response;
    if (outgoing.elsewhere && isLost(outgoing, status)) {
      this.#moveOn(outgoing, outgoing.elsewhere, response);
      return true;
    }
    if (!negotiates(request.method)) return false;
    if (status === 422 && outgoing.attempts < maxIntervalRetries) {
      const headers = lengthened(request.headers, response.headers);
      if (!headers) return false;
      outgoing.attempts += 1;
      this.#again(outgoing, headers);
      return true;
    }
    if (status !== 491 || within?.state !== 'confirmed') return false;
    markPending(within, request, null);
    return this.#awaitTurn(outgoing, within, response);
  }

  #moveOn(outgoing: Outgoing, elsewhere: Elsewhere, response: SipResponse): void {
    outgoing.elsewhere = null;
    for (const dialog of outgoing.opened.values()) this.#core.dialogs.remove(dialog);
    outgoing.opened.clear();
    elsewhere().then(
      (place) => this.#exchanges().move(outgoing, place),
      () => {
        outgoing.onResponse?.(response);
        this.#deliver(outgoing, response);
      },
    );
  }

  #awaitTurn(outgoing: Outgoing, dialog: Dialog, response: SipResponse): boolean {
    if (outgoing.attempts >= maxGlareRetries) return false;
    outgoing.attempts += 1;
    const { schedule, timers } = this.#core;
    schedule.after(glareDelayMs(dialog, timers), () => {
      const isBlocked = isOfferPending(dialog) || dialog.unacknowledged !== null;
      if (dialog.state === 'confirmed' && !isBlocked) {
        markPending(dialog, outgoing.request, 'local');
        this.#again(outgoing);
      } else if (dialog.state !== 'confirmed' || !this.#awaitTurn(outgoing, dialog, response)) {
        outgoing.onResponse?.(response);
        this.#deliver(outgoing, response);
      }
    });
    return true;
  }

  #again(outgoing: Outgoing, headers?: readonly Header[]): void {
    const { within } = outgoing;
    const cseq = (within?.localCseq ?? outgoing.cseq) + 1;
    if (within) within.localCseq = cseq;
    else this.#ahead.set(callIdOf(outgoing), this.ahead(callIdOf(outgoing)) + 1);
    this.#exchanges().again(outgoing, cseq, headers);
  }

  /** A final response to anything but an INVITE. */
  #settle(outgoing: Outgoing, response: SipResponse): void {
    const { request, within } = outgoing;
    const { method, headers } = request;
    const { status } = response;
    const tag = remoteTagOf(response);
    if (within && method === 'UPDATE') markPending(within, request, null);
    if (within && method === 'BYE') this.#endAfterBye(within, outgoing, status);
    if (within && method === 'NOTIFY' && (isSuccess(status) || status === 481)) {
      noteNotify(this.#core, within, headers);
    }
    if (!isSuccess(status) || !contactMethods.has(method)) return;
    const opens = opensDialog.has(method) && within === null;
    const known = within ?? outgoing.opened.get(tag) ?? null;
    const dialog = known ?? (opens ? this.openDialog(outgoing, response.headers, tag) : null);
    if (!dialog) return;
    refreshTarget(dialog, response.headers);
    if (method === 'REFER' || method === 'SUBSCRIBE') {
      beginSubscription(this.#core, dialog, { method, request: headers, response: response.headers });
    }
    if (method === 'UPDATE') {
      learnAbilities(dialog, response.headers);
      this.#noteSession(dialog, outgoing, response);
      this.#keepSession(dialog, response);
    }
  }

  #noteSession(dialog: Dialog, { application }: Outgoing, response: SipResponse): void {
    // A refresh repeats our description to the letter, version too, and so should the answer. Call control
    // asked for nothing that it could be told the answer of, here as with drachtio-server.
    if (application === null && describesAnother(dialog.remoteSdp, response.body)) {
      this.#core.log.warn({ callId: dialog.callId }, 'the answer to a session refresh changes the session');
    }
    noteRemoteSdp(dialog, response);
  }

  #endAfterBye(dialog: Dialog, { request, application }: Outgoing, status: number): void {
    const { schedule, timers } = this.#core;
    if ((status !== 401 && status !== 407) || hasCredentials(request) || !application) {
      endCall(this.#core, dialog);
      return;
    }
    // The application may have credentials and say it again.
    dialog.state = 'confirmed';
    schedule.after(timers.t2Ms, () => {
      if (dialog.state === 'confirmed') endCall(this.#core, dialog);
    });
  }

  /** Keeps the dialogs of an INVITE. @returns false where the application need not hear of the response */
  #trackInvite(outgoing: Outgoing, response: SipResponse): boolean {
    const { status } = response;
    const { dialogs } = this.#core;
    const tag = remoteTagOf(response);
    const known = outgoing.within ?? outgoing.opened.get(tag) ?? null;
    if (status >= 300) {
      if (outgoing.within) outgoing.within.invitePending = null;
      for (const early of outgoing.opened.values()) dialogs.remove(early);
      return true;
    }
    if (known && status >= 200 && known.invitePending === null) {
      // The 2xx came again because our ACK was lost.
      if (known.answer?.cseq === outgoing.cseq) known.answer.ack?.();
      return false;
    }
    if (!known && tag === '' && status < 200) return true;
    const dialog = known ?? this.openDialog(outgoing, response.headers, tag);
    if (!dialog) return false;
    return status < 200
      ? this.#acceptProvisional(dialog, outgoing, response)
      : this.#answer(dialog, outgoing, response);
  }

  /** RFC 3262 §4: repeats and gaps are passed over; what the application does not acknowledge, we do. */
  #acceptProvisional(dialog: Dialog, { cseq }: Outgoing, response: SipResponse): boolean {
    const rseq = reliableNumber(response.headers);
    if (rseq === null) return true;
    const last = dialog.provisional;
    if (last?.cseq === cseq && rseq !== last.rseq + 1) return false;
    const provisional = { rseq, cseq, isAcknowledged: false };
    dialog.provisional = provisional;
    learnAbilities(dialog, response.headers);
    noteRemoteSdp(dialog, response);
    const { schedule, timers, dialogs } = this.#core;
    schedule.after(0.4 * timers.t1Ms, () => {
      if (provisional.isAcknowledged || dialogs.byId(dialog.id) !== dialog) return;
      void this.#sender.acknowledgeProvisional(dialog, bare('PRACK'));
    });
    return true;
  }

  #answer(dialog: Dialog, outgoing: Outgoing, response: SipResponse): boolean {
    const others = [...outgoing.opened.values()].filter((other) => other !== dialog);
    const alreadyAnswered = others.some((other) => other.state !== 'early');
    if (dialog.state === 'early') dialog.state = 'confirmed';
    dialog.invitePending = null;
    dialog.answer = { cseq: outgoing.cseq, ack: null };
    // RFC 3261 §13.2.2.4: the 2xx has the last word on the route.
    if (!outgoing.within) dialog.routeSet = callerRoutes(response.headers);
    refreshTarget(dialog, response.headers);
    learnAbilities(dialog, response.headers);
    this.#noteSession(dialog, outgoing, response);
    if (alreadyAnswered) {
      void this.#dropFork(dialog);
      return false;
    }
    this.#keepSession(dialog, response);
    this.#expectAck(dialog);
    return true;
  }

  #keepSession(dialog: Dialog, response: SipResponse): void {
    const granted = readSession(response.headers);
    const refresher = granted?.refresher === 'uas' ? 'remote' : 'local';
    keepSession(dialog, granted && { intervalS: granted.intervalS, refresher }, {
      schedule: this.#core.schedule,
      refresh: () => this.#sender.refresh(dialog),
      expire: () => void this.#sender.hangUp(dialog, 'Session timer expired'),
    });
  }

  /** RFC 3261 §13.2.2.4: a second branch that answered is acknowledged and hung up on. */
  async #dropFork(dialog: Dialog): Promise<void> {
    await this.#sender.acknowledge(dialog, bare('ACK'));
    await this.#sender.send(dialog, bare('BYE'));
  }

  /** An application that never acknowledges leaves a call up that nobody carries. */
  #expectAck(dialog: Dialog): void {
    const { answer } = dialog;
    this.#core.schedule.after(transactionTimeoutMs(this.#core.timers), () => {
      if (answer?.ack || dialog.answer !== answer || dialog.state !== 'confirmed') return;
      void this.#sender
        .acknowledge(dialog, bare('ACK'))
        .then(() => this.#sender.hangUp(dialog, 'not acknowledged'));
    });
  }
}

const hasCredentials = ({ headers }: SipRequest): boolean =>
  headers.some(({ name }) => /^(proxy-)?authorization$/i.test(name));

/** Whether it was the server that failed: it said nothing at all, or 503 (RFC 3263 §4.3). */
const isLost = ({ transaction }: Outgoing, status: number): boolean =>
  status === 503 || transaction.state === 'calling' || transaction.state === 'trying';

/** Whether a description says more than another version of what is known. */
function describesAnother(known: Buffer | null, body: Buffer): boolean {
  if (known === null || body.length === 0) return false;
  const said = (sdp: Buffer): string => sdp.toString('latin1').replace(/^o=.*$/m, '');
  return said(known) !== said(body);
}

const callIdOf = ({ request }: Outgoing): string => headerValue(request.headers, 'Call-ID') ?? '';

import type { Dialog } from '../dialog/dialog.ts';
import { type Envelope, tagOf } from '../message/envelope.ts';
import type { SipRequest } from '../message/model.ts';
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
} from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import type { Refusal } from './acceptance.ts';
import type { Application } from './application.ts';
import type { ReliableProvisionals } from './reliable-provisional.ts';
import type { SessionTerms } from './session-timer.ts';

/** A request that has a server transaction. */
export interface Incoming {
  readonly id: string;
  readonly envelope: Envelope;
  readonly flow: Flow;
  readonly transaction: InviteServerTransaction | NonInviteServerTransaction;
  readonly toTag: string;
  application: Application | null;
  dialog: Dialog | null;
  /** A final response was decided; a 2xx may still wait for a PRACK. */
  isAnswered: boolean;
  provisionals: ReliableProvisionals | null;
  /** What the 2xx grants (RFC 4028). */
  session: SessionTerms | null;
}

/** Requests that a dialog takes after its call is over, while something is subscribed in it. */
export const afterTheCall: ReadonlySet<string> = new Set(['NOTIFY', 'SUBSCRIBE', 'REFER']);

export const hasOffer = ({ body }: SipRequest): boolean => body.length > 0;

export const retrySoon = (reason: string): Refusal => ({
  status: 500,
  reason,
  headers: [{ name: 'Retry-After', value: '1' }],
});

/** Offers that cross each other (RFC 3261 §14.2, RFC 3311 §5.2). */
export function overlap(dialog: Dialog, request: SipRequest): Refusal | null {
  const pending = { status: 491, reason: 'Request Pending' };
  const { invitePending, updatePending, state } = dialog;
  if (request.method === 'INVITE') {
    if (invitePending === 'local' || updatePending === 'local') return pending;
    return invitePending === 'remote' ? retrySoon('Overlapping INVITE') : null;
  }
  if (request.method !== 'UPDATE' || !hasOffer(request)) return null;
  // While the call is still being set up its INVITE is pending anyway.
  const invite = state === 'early' ? null : invitePending;
  if (updatePending === 'local' || invite === 'local') return pending;
  return updatePending === 'remote' || invite === 'remote' ? retrySoon('Overlapping UPDATE') : null;
}

/** An ACK for a refusal repeats Call-ID and CSeq of the INVITE and the tag of the response (RFC 3261 §17.1.1.3). */
export const isAckOf = (ack: Envelope, { envelope, toTag, dialog }: Incoming): boolean =>
  ack.callId === envelope.callId &&
  ack.cseq === envelope.cseq &&
  tagOf(ack.from) === tagOf(envelope.from) &&
  (tagOf(ack.to) ?? '') === (dialog?.localTag ?? toTag);

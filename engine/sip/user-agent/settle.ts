import { type Dialog, learnAbilities, noteRemoteSdp, refreshTarget } from '../dialog/dialog.ts';
import type { SipResponse } from '../message/model.ts';
import type { Core, DialogCare } from './core.ts';
import { contactMethods } from './identity.ts';
import type { Incoming } from './incoming.ts';
import { keepSession } from './session-timer.ts';
import { beginSubscription, endCall, noteNotify } from './subscriptions.ts';

/** What our final response does to the dialog of its request. */
export function settleDialog(
  { core, care }: { readonly core: Core; readonly care: DialogCare },
  answered: { readonly incoming: Incoming; readonly dialog: Dialog; readonly response: SipResponse },
): void {
  const { incoming, dialog, response } = answered;
  const { method, headers } = incoming.envelope.request;
  const isSuccess = response.status < 300;
  if (method === 'BYE') endCall(core, dialog);
  if (method === 'UPDATE') dialog.updatePending = null;
  if (method === 'INVITE') dialog.invitePending = null;
  if (method === 'NOTIFY') noteNotify(core, dialog, headers);
  if (method === 'INVITE' && !isSuccess && dialog.state === 'early') core.dialogs.remove(dialog);
  if (!isSuccess || !contactMethods.has(method)) return;
  refreshTarget(dialog, headers);
  if (method === 'REFER' || method === 'SUBSCRIBE') {
    beginSubscription(core, dialog, { method, request: headers, response: response.headers });
  }
  if (method !== 'INVITE' && method !== 'UPDATE') return;
  learnAbilities(dialog, headers);
  noteRemoteSdp(dialog, incoming.envelope.request);
  if (method === 'INVITE' && dialog.state === 'early') dialog.state = 'confirmed';
  const terms = incoming.session;
  const refresher = terms?.refresher === 'uas' ? 'local' : 'remote';
  keepSession(dialog, terms && { intervalS: terms.intervalS, refresher }, {
    schedule: core.schedule,
    refresh: () => care.refresh(dialog),
    expire: () => care.hangUp(dialog, 'Session timer expired'),
  });
}

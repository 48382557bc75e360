import type { Dialog } from '../dialog/dialog.ts';
import { parseNumber } from '../message/grammar.ts';
import { headerValue } from '../message/headers.ts';
import type { Header } from '../message/model.ts';
import { transactionTimeoutMs } from '../transaction/schedule.ts';
import type { Core } from './core.ts';

/** A REFER names no end of its subscription; a transfer is decided by then. */
const referS = 180;

const packageOf = (method: string, headers: readonly Header[]): string =>
  method === 'REFER'
    ? 'refer'
    : ((headerValue(headers, 'Event') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '');

/** A SUBSCRIBE or REFER was accepted: its NOTIFYs keep the dialog, even after the BYE (RFC 5057 §4). */
export function beginSubscription(
  core: Pick<Core, 'schedule' | 'timers' | 'dialogs'>,
  dialog: Dialog,
  accepted: {
    readonly method: string;
    readonly request: readonly Header[];
    readonly response: readonly Header[];
  },
): void {
  const { method, request, response } = accepted;
  // RFC 4488: both sides may agree on a REFER that nobody reports about.
  if (/^\s*false/i.test(headerValue(response, 'Refer-Sub') ?? '')) {
    if (dialog.usage === 'subscription' && dialog.subscriptions.size === 0) core.dialogs.remove(dialog);
    return;
  }
  dialog.subscriptions.add(packageOf(method, request));
  const asked = headerValue(response, 'Expires') ?? headerValue(request, 'Expires') ?? '';
  const lifeS = Math.max(parseNumber(asked, 86_400) ?? 0, referS);
  dialog.cancelLimit?.();
  dialog.cancelLimit = core.schedule.after(lifeS * 1000 + transactionTimeoutMs(core.timers), () => {
    dialog.subscriptions.clear();
    forget(core, dialog);
  });
}

/** A NOTIFY went through. */
export function noteNotify(core: Pick<Core, 'dialogs'>, dialog: Dialog, headers: readonly Header[]): void {
  if (!/^\s*terminated/i.test(headerValue(headers, 'Subscription-State') ?? '')) return;
  dialog.subscriptions.delete(packageOf('NOTIFY', headers));
  forget(core, dialog);
}

/** The call is over; what is subscribed in the dialog goes on. */
export function endCall(core: Pick<Core, 'dialogs'>, dialog: Dialog): void {
  dialog.state = 'ended';
  dialog.session?.cancel();
  dialog.session = null;
  forget(core, dialog);
}

function forget(core: Pick<Core, 'dialogs'>, dialog: Dialog): void {
  const over = dialog.usage === 'subscription' || dialog.state === 'ended';
  if (over && dialog.subscriptions.size === 0) core.dialogs.remove(dialog);
}

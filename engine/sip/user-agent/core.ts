import { randomBytes } from 'node:crypto';
import type { Log } from '../../foundation/index.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/store.ts';
import type { Envelope } from '../message/envelope.ts';
import type { Schedule, SipTimers } from '../transaction/schedule.ts';
import type { Flow } from '../transport/flow.ts';
import type { Transport } from '../transport/transport.ts';
import type { SipGuard } from '../watch.ts';
import type { Applications } from './application.ts';
import type { SessionPolicy } from './session-timer.ts';

/** What both sides of the user agent share. */
export interface Core {
  readonly transport: Transport;
  readonly schedule: Schedule;
  readonly timers: SipTimers;
  readonly session: SessionPolicy;
  readonly dialogs: DialogStore;
  readonly applications: Applications;
  readonly guard: SipGuard | null;
  readonly log: Log;
}

/** What the receiving side has the sending side do. */
export interface DialogCare {
  /** Says BYE in the application's name, and tells it so. */
  hangUp(dialog: Dialog, reason: string): void;
  /** Has the session go on before its interval is over (RFC 4028). */
  refresh(dialog: Dialog): void;
  /** True while a request of the application in the dialog has no final response. */
  isBusy(dialog: Dialog): boolean;
  /** The dialog of a NOTIFY that came before the 2xx to its SUBSCRIBE or REFER (RFC 6665 §4.4.1). */
  dialogOfNotify(envelope: Envelope, flow: Flow): Dialog | null;
}

/** 64 random bits for branches, tags and ids (RFC 3261 §19.3 asks for 32). */
export const newToken = (): string => randomBytes(8).toString('hex');

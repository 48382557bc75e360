import { randomBytes } from 'node:crypto';
import type { Log } from '../../foundation/index.ts';
import type { DialogStore } from '../dialog/store.ts';
import type { Schedule, SipTimers } from '../transaction/schedule.ts';
import type { Transport } from '../transport/transport.ts';
import type { Applications } from './application.ts';

/** What both sides of the user agent share. */
export interface Core {
  readonly transport: Transport;
  readonly schedule: Schedule;
  readonly timers: SipTimers;
  readonly dialogs: DialogStore;
  readonly applications: Applications;
  readonly log: Log;
}

/** 64 random bits for branches, tags and ids (RFC 3261 §19.3 asks for 32). */
export const newToken = (): string => randomBytes(8).toString('hex');

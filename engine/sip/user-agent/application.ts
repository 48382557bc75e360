import type { SipMessage } from '../message/model.ts';
import type { Flow } from '../transport/flow.ts';

/** A message on its way to the application, with what call control has to know about it. */
export interface Notice {
  /** `application` marks what the server sent by itself in the application's name. */
  readonly source: 'network' | 'application';
  readonly message: SipMessage;
  readonly flow: Flow;
  readonly transactionId: string;
  /** Empty outside of a dialog. */
  readonly dialogId: string;
}

/** One connected program that handles calls. */
export interface Application {
  deliver(notice: Notice): void;
}

export interface Applications {
  /** Whose turn it is to take a request of that method; null where nobody asked for it. */
  routeFor(method: string): Application | null;
  /** Methods that somebody asked for, upper case. */
  methods(): readonly string[];
}

/** What the application is told after it had something sent; `refused` where it could not be. */
export type Sent = Omit<Notice, 'source'> | { readonly refused: string };

/** `transactionId` of what the server sends by itself. */
export const unsolicited = 'unsolicited';

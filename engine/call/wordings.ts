import { spokenDateTime } from '../agent/index.ts';

/** What callers are told without an agent. */

/** Said before anything else where calls are recorded and callers are to know it. */
export const recordingNotice = 'This call is recorded.';

const leaveMessage =
  'Please say your name, your number and what you need, and we will call you back. You can simply hang up when you are done.';

/** While nobody has time for the caller. */
export const busyRequest = (tenantName: string): string =>
  `Thank you for calling ${tenantName}. All our lines are busy right now. ${leaveMessage}`;

/** @param opensAtMs when the business opens next; null: never */
export const closedRequest = (
  tenant: { readonly tenantName: string; readonly timeZone: string; readonly language: string },
  opensAtMs: number | null,
): string => {
  const opens = opensAtMs === null ? '' : ` We open again on ${spokenDateTime(opensAtMs, tenant)}.`;
  return `Thank you for calling ${tenant.tenantName}. We are closed right now.${opens} ${leaveMessage}`;
};

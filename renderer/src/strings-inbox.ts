import type { Submission } from '../../engine/api/contract/index.ts';

/** The words of the inbox; part of `strings`. */
export const inboxStrings = {
  title: 'Inbox',
  open: (n: number) => `${n} to do`,
  urgentOpen: (n: number) => `${n} urgent`,
  search: 'Search name, number or words',
  keys: 'j and k move, Enter opens the call, d marks as done, / searches',
  all: 'All',
  filter: 'Show',
  kind: {
    message: 'Messages',
    order: 'Orders',
    reservation: 'Reservations',
    lead: 'Leads',
    request: 'Requests',
  } satisfies Record<Submission['kind'], string>,
  urgent: 'Urgent',
  total: 'Total',
  withheld: 'Number withheld',
  callBack: (number: string) => `Call ${number} back`,
  openCall: 'Open the call',
  noCall: 'Its call is not kept any more',
  markDone: (title: string) => `Mark as done: ${title}`,
  markOpen: (title: string) => `Open again: ${title}`,
  isDone: (title: string) => `“${title}” is done.`,
  isOpen: (title: string) => `“${title}” is open again.`,
  undo: 'Undo',
  done: 'Done',
  none: 'Nothing to do',
  noneHelp: 'Messages, orders and leads that callers leave appear here at once.',
  noneYet: 'Nobody has left anything yet',
  noneYetHelp:
    'When a caller asks for a person, orders something or leaves a number, the receptionist writes it down here. Call the number on the Desk and leave a message to see it.',
  noMatch: 'Nothing here matches.',
} as const;

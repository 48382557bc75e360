const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** The words of the page of callers; part of `strings`. */
export const callerStrings = {
  title: 'Callers',
  search: 'Search name or number',
  keys: 'j and k move, Enter opens, / searches',
  sort: 'Order',
  sorts: { last: 'Last call', name: 'Name' },
  calls: (n: number) => count(n, 'call', 'calls'),
  none: 'Nobody has called yet',
  noneHelp:
    'Whoever calls appears here with what the receptionist remembers of them. Call the number on the Desk to be the first.',
  noMatch: (term: string) => `No caller matches “${term}”.`,
  pick: 'Choose a caller to see what is known of them.',
  back: 'All callers',
  call: (number: string) => `Call ${number}`,
  also: (names: string) => `Also gave the name ${names}`,
  since: (day: string) => `calls since ${day}`,
  notRemembered: 'not remembered',

  known: 'Remembered',
  knownNone: 'Nothing is remembered of this caller.',
  knownNoneHelp: 'After each call the receptionist keeps a summary of it for the next one.',
  prefers: { morning: 'Prefers mornings', afternoon: 'Prefers afternoons', evening: 'Prefers evenings' },
  openCall: 'Open the call',
  appointments: 'Appointments',
  appointmentsNone: 'No appointment.',
  submissions: 'Messages and orders',
  submissionsNone: 'No message or order.',
  history: 'Calls',
  historyNone: 'No call of theirs is over.',
  historyAll: (n: number) => `See all ${n}`,

  note: {
    label: 'Note',
    help: 'For you alone; callers never hear it. It is saved when you leave the field.',
    example: 'Prefers to be called Mary. Afraid of needles.',
    saved: 'Saved.',
    keys: 'Ctrl+S or ⌘S saves',
  },

  memory: {
    label: 'Remember this caller from call to call',
    help: 'The receptionist greets them by name and knows what their last calls were about.',
    ask: 'What is remembered of this caller is forgotten now, and nothing is kept from their next calls. Their calls, messages and appointments stay. This cannot be undone.',
    yes: 'Stop and forget',
    no: 'Keep remembering',
  },
  memoryOfAll: {
    label: 'Remember callers',
    help: 'From call to call, all of them.',
    ask: 'What is remembered of every caller is forgotten now, and each call begins as if it were the first. Calls, messages and appointments stay. This cannot be undone.',
    yes: 'Stop and forget all',
    no: 'Keep remembering',
  },

  forget: {
    open: 'Forget this caller…',
    title: 'Forget this caller',
    what: [
      'What is remembered of them: name, summaries, facts.',
      'Their name and number in calls, transcripts, messages and orders.',
    ],
    stays: 'Appointments stay, because the business needs them.',
    transcripts: 'Also everything that was said in their calls, and the recordings',
    type: (figures: string) => `To confirm, type the last four figures of the number: ${figures}`,
    wrong: 'These are not the last four figures of the number.',
    yes: 'Forget for good',
    working: 'Forgetting…',
    no: 'Keep',
    done: (who: string, calls: number) =>
      `${who} is forgotten${calls === 0 ? '.' : `; ${count(calls, 'call does', 'calls do')} not say any more who called.`}`,
  },
} as const;

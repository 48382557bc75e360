import type { Source, SourceProgress } from '../../engine/api/contract/index.ts';

const count = (n: number, one: string, many: string): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** The words of the page of what the agent knows; part of `strings`. */
export const knowledgeStrings = {
  title: 'Knowledge',
  keys: 'j and k move, Enter opens, / searches',

  questions: {
    title: 'Questions nobody could answer',
    none: 'No question is open.',
    noneHelp: 'When a caller asks something that nothing here answers, it is kept here for you.',
    help: 'Answer once, and the receptionist says it to all who ask from now on.',
    times: (n: number) => (n === 1 ? 'asked once' : `asked ${n} times`),
    last: (when: string) => `last ${when}`,
    seeCall: 'the call',
    answer: 'Answer',
    answerTo: (question: string) => `Answer to: ${question}`,
    example: 'As the receptionist should say it, in a sentence or two.',
    need: 'Write the answer first.',
    save: 'Save the answer',
    saving: 'Saving…',
    saveKeys: 'Ctrl+S or ⌘S saves',
    close: 'Close',
    dismiss: 'Dismiss',
    undo: 'Undo',
    reopened: (question: string) => `“${question}” is open again.`,
    dismissed: (question: string) => `“${question}” is dismissed. It comes back when somebody asks it again.`,
    answered: (question: string) => `From now on the receptionist can answer “${question}”.`,
  },

  sources: {
    title: 'Sources',
    search: 'Search sources',
    none: 'The receptionist knows no documents yet',
    noneHelp:
      'Add a price list, a menu or the questions people always ask. It answers from what is written here, and from nothing else.',
    noMatch: (term: string) => `No source matches “${term}”.`,
    kind: { file: 'Document', address: 'Web page', answer: 'Your answer' } satisfies Record<
      Source['kind'],
      string
    >,
    passages: (n: number) => count(n, 'passage', 'passages'),
    words: (n: number) => count(n, 'word', 'words'),
    read: (when: string) => `read ${when}`,
    old: 'may be out of date',
    oldHelp: 'It was read more than a month ago. Read it again if the page has changed.',
    again: (name: string) => `Read ${name} again`,
    remove: (name: string) => `Delete ${name}`,
    removeAsk: (name: string) =>
      `Delete “${name}” and all its passages? The receptionist stops answering from it at once. This cannot be undone.`,
    removeYes: 'Delete',
    removeNo: 'Keep',
    removed: (name: string) => `“${name}” is deleted.`,
  },

  add: {
    upload: 'Add documents',
    drop: 'Drop documents here',
    kinds: 'PDF, DOCX, HTML, Markdown, text or CSV, up to 20 MB each. The same name replaces the one before.',
    address: 'Address of a web page',
    addressExample: 'https://example.com/prices',
    read: 'Add the page',
    needAddress: 'This is no web address, for example https://example.com/prices',
    tooLarge: (name: string) => `${name} is larger than 20 MB.`,
    tooLargeHelp: 'Nothing has changed for callers. Split it and add the parts.',
  },

  reading: {
    waiting: 'Waits for its turn',
    sending: 'Being sent',
    stage: {
      reading: 'Being read',
      embedding: 'Being understood',
      saving: 'Being saved',
    } satisfies Record<SourceProgress['stage'], string>,
    of: (done: number, total: number) => `${done} of ${total} passages`,
    progress: (name: string) => `Progress of ${name}`,
    private: 'It is mine: read it all the same',
    dismiss: (name: string) => `Give up on ${name}`,
  },

  ask: {
    title: 'Ask it',
    help: 'Ask as a caller would. Nothing is kept of it.',
    question: 'Question',
    example: 'Where can I park?',
    ask: 'Ask',
    asking: 'Looking…',
    says: 'It would say',
    stands: 'It stands on',
    fit: (percent: number) => `fits to ${percent} %`,
    nothing: 'Nothing fits.',
    nothingHelp: 'In a call the receptionist says that it does not know, and offers to take a message.',
    answerIt: 'Answer it now',
  },
} as const;

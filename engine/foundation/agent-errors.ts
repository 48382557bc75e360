import type { ErrorEntry } from './error-catalogue.ts';

/** What can go wrong between an agent's draft and its publication. */
export const agentErrors = {
  draft_changed: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'Somebody else has changed, published or discarded the draft since it was read. Read it again and make the change on top of theirs.',
  },
  rehearsal_failed: {
    category: 'conflict',
    permanent: false,
    apiStatus: 409,
    help: 'Simulated callers were not served as they must be; the rehearsal shows what was said and what was kept. Change the draft, or, as an owner, publish all the same and say why.',
  },
  rehearsal_unfinished: {
    category: 'broken',
    permanent: false,
    apiStatus: 503,
    help: 'The process that plays the simulated callers ended too early or took too long. Try again; see the log for the reason.',
  },
} as const satisfies Record<string, ErrorEntry>;

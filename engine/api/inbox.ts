import type { submissionMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** What callers left. */
export const inboxDesk = ({ box }: DeskParts): Pick<Desk, keyof typeof submissionMethods> => ({
  'submission.list': ({ id, query: { caller, ...page } }) => ({
    submissions: box
      .tenant(id)
      .submissions.list({ ...page, ...(caller === undefined ? {} : { customerPhone: caller }) }),
  }),
  'submission.change': ({ id, query, body }) => ({
    submission: box.tenant(query.tenant).submissions.change(id, body),
  }),
});

import { VoxboxError } from '../foundation/index.ts';
import type { submissionMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** What callers left. */
export const inboxDesk = ({ box }: DeskParts): Pick<Desk, keyof typeof submissionMethods> => ({
  'submission.list': ({ id, query }) => ({ submissions: box.tenant(id).submissions.list(query) }),
  'submission.change': ({ id, query, body: { status } }) => {
    const { submissions } = box.tenant(query.tenant);
    submissions.setStatus(id, status);
    const submission = submissions.find(id);
    if (!submission) throw new VoxboxError('not_found', `there is no message or order ${id}`);
    return { submission };
  },
});

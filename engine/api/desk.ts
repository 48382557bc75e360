import type { z } from 'zod';
import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { KnowledgeParts } from '../knowledge/index.ts';
import type { Box } from '../store/index.ts';
import { commandLineAt } from './access/who.ts';
import { analyticsDesk } from './analytics.ts';
import { appointmentDesk } from './appointments.ts';
import { callerDesk } from './callers.ts';
import { type DeskMethod, deskMethods, type SourceProgress } from './contract/index.ts';
import { checked } from './faults.ts';
import { isOfThisMachine } from './guard.ts';
import { inboxDesk } from './inbox.ts';
import { knowledgeDesk } from './knowledge.ts';
import { mailDesk } from './mail.ts';
import type { Answer, Asked, Serve } from './method-server.ts';
import { notificationDesk } from './notifications.ts';
import { playbookDesk } from './playbook.ts';
import { reminderDesk } from './reminders.ts';

export interface DeskParts {
  readonly box: Box;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Recordings are removed from here. */
  readonly dataDir: string;
  readonly embed: KnowledgeParts['embed'];
  readonly onProgress: (progress: SourceProgress) => void;
  /** Ends what takes long. */
  readonly signal?: AbortSignal;
}

/**
 * The owner's work, a handler for each method of the contract. The command line asks the same handlers where no
 * engine runs. What is not the tenant's, or not there, throws VoxboxError `not_found`; a tenant that is not there
 * `tenant_unknown`.
 */
export type Desk = {
  readonly [M in DeskMethod]: (asked: Omit<Asked<M>, 'reply'>) => Answer<M> | Promise<Answer<M>>;
};

export const createDesk = (parts: DeskParts): Desk => ({
  ...analyticsDesk(parts),
  ...appointmentDesk(parts),
  ...callerDesk(parts),
  ...inboxDesk(parts),
  ...knowledgeDesk(parts),
  ...mailDesk(parts),
  ...notificationDesk(parts),
  ...playbookDesk(parts),
  ...reminderDesk(parts),
});

export function serveDesk(serve: Serve, desk: Desk): void {
  const serveOne = <M extends DeskMethod>(name: M): void =>
    serve(name, (asked) => {
      if (asksPrivate(asked.body) && !isOfThisMachine(asked.reply.request)) {
        throw new VoxboxError(
          'request_refused',
          'addresses of the own network are reached for the box itself alone',
        );
      }
      return desk[name](asked);
    });
  for (const name of Object.keys(deskMethods) as DeskMethod[]) serveOne(name);
}

/** Pages and servers that are not of the public internet may be asked for. */
const asksPrivate = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'private' in body && body.private === true;

/** What a request of the API carries. */
export interface DeskRequest<M extends DeskMethod> {
  readonly method: M;
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly file?: Buffer;
}

/** Answers as the API does, without it. @throws VoxboxError as the API tells it */
export async function askDesk<M extends DeskMethod>(
  desk: Desk,
  { method, id = '', query, body, file = Buffer.alloc(0) }: DeskRequest<M>,
): Promise<z.output<(typeof deskMethods)[M]['answer']>> {
  const known: { query: z.ZodType; body?: z.ZodType; answer: z.ZodType } = deskMethods[method];
  const asked = {
    ...{ id, file, query: checked(known.query, query) },
    ...{ who: commandLineAt('127.0.0.1'), tenants: [query?.tenant ?? id] },
    body: known.body ? checked(known.body, body) : undefined,
  } as Parameters<Desk[M]>[0];
  const answer: unknown = await desk[method](asked);
  return known.answer.parse(answer) as z.output<(typeof deskMethods)[M]['answer']>;
}

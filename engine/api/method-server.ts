import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Doing, RequestAccess, Who } from './access/index.ts';
import { type Access, auditedId, access as lines, type MethodName, methods } from './contract/index.ts';
import { checked } from './faults.ts';

export type Answer<M extends MethodName> = (typeof methods)[M] extends { answer: infer A extends z.ZodType }
  ? z.input<A>
  : FastifyReply;
type Body<M extends MethodName> = (typeof methods)[M] extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : undefined;

export interface Asked<M extends MethodName> {
  readonly query: z.output<(typeof methods)[M]['query']>;
  readonly body: Body<M>;
  /** The body of a method with `upload`; empty for all others. */
  readonly file: Buffer;
  /** The `:id` of the path; empty where it has none. */
  readonly id: string;
  /** Who asks: they may, it is checked before. */
  readonly who: Who;
  /**
   * The businesses that it is about: the one that it names; all that they may ask it of where it names none; none for a
   * method of the box.
   */
  readonly tenants: readonly string[];
  readonly reply: FastifyReply;
}

/** Takes the handler of one method. */
export type Serve = <M extends MethodName>(
  name: M,
  handle: (asked: Asked<M>) => Answer<M> | Promise<Answer<M>>,
) => void;

/** A socket and who opened it. */
export interface AskedSocket {
  readonly socket: WebSocket;
  readonly request: FastifyRequest;
  readonly who: Who;
  readonly tenants: readonly string[];
  /** The `:id` of the path; empty where it has none. */
  readonly id: string;
  /** Who it is by now; null where nobody is signed in any more. */
  readonly still: () => Who | null;
}

/** Takes the handler of one WebSocket, with the line that says who may open it. */
export type ServeSocket = (
  at: { readonly name: string; readonly path: string; readonly line: Access },
  handle: (asked: AskedSocket) => void,
) => void;

interface Known {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: z.ZodType;
  readonly body?: z.ZodType;
  readonly upload?: { readonly maxBytes: number };
}

type IdRequest = FastifyRequest<{ Params: { id?: string } }>;

export function methodServer(app: FastifyInstance, access: RequestAccess): Serve {
  const fileTypes = Object.values(methods).flatMap((method) =>
    'upload' in method ? method.upload.types : [],
  );
  app.addContentTypeParser(
    [...new Set<string>(fileTypes)],
    { parseAs: 'buffer' },
    async (_: unknown, file: Buffer) => file,
  );
  return (name, handle) => {
    const method: Known = methods[name];
    const line: Access = lines[name];
    type Given = Parameters<typeof handle>[0];
    const askers = new WeakMap<FastifyRequest, Who>();
    app.route({
      method: method.verb,
      url: method.path,
      ...(method.upload ? { bodyLimit: method.upload.maxBytes } : {}),
      // Before the body is read: nobody uploads a file without having signed in.
      onRequest: async (request) => {
        const who = access.whoAsks(request);
        if (line.who !== 'anyone' && !who.rights) {
          throw new VoxboxError('sign_in_required', 'nobody is signed in');
        }
        askers.set(request, who);
      },
      handler: async (request: IdRequest, reply) => {
        const who = askers.get(request) ?? access.whoAsks(request);
        const { id = '' } = request.params;
        const named = { id, query: request.query, body: request.body };
        const tenants = access.gate.admit(who, { name, line }, named);
        const query = checked(method.query, request.query) as Given['query'];
        const body = (method.body ? checked(method.body, request.body) : undefined) as Given['body'];
        const file = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const work = () => handle({ query, body, file, id, who, tenants, reply });
        const thingOf = (answer: unknown) => (answer === reply ? null : idOf(answer));
        const act = { name, line, reads: method.verb === 'GET', who, tenants, id, access };
        return audited({ work, thingOf }, act);
      },
    });
  };
}

interface Act {
  readonly name: string;
  readonly line: Access;
  readonly reads: boolean;
  readonly who: Who;
  readonly tenants: readonly string[];
  readonly id: string;
  readonly access: RequestAccess;
}

/** A change is written down with how it ended; what is read, before it is given out. */
async function audited<T>(doing: Doing<T>, act: Act): Promise<T> {
  const { name, line, reads, who, tenants, id, access } = act;
  if (line.audited === 'itself' || (reads && !line.audited)) return await doing.work();
  const [tenantId = null, ...others] = tenants;
  const known = {
    what: name,
    tenantId: others.length > 0 ? null : tenantId,
    thing: line.tenant === 'path' || id === '' ? null : auditedId(id, line),
  };
  if (!reads) return await access.gate.act(who, known, doing);
  access.gate.recordReading(who, known);
  return await doing.work();
}

/** Of what was made. */
function idOf(answer: unknown): string | null {
  const parts = typeof answer === 'object' && answer !== null ? Object.values(answer) : [];
  const made = parts.find((part: unknown) => typeof part === 'object' && part !== null && 'id' in part);
  return typeof made?.id === 'string' ? made.id : null;
}

export function socketServer(app: FastifyInstance, access: RequestAccess): ServeSocket {
  return ({ name, path, line }, handle) => {
    const admitted = new WeakMap<FastifyRequest, Omit<AskedSocket, 'socket' | 'request' | 'still'>>();
    app.get(
      path,
      {
        websocket: true,
        onRequest: async (request: IdRequest) => {
          const who = access.whoAsks(request);
          const { id = '' } = request.params;
          const named = { id, query: request.query, body: null };
          const tenants = access.gate.admit(who, { name, line }, named);
          if (line.audited) {
            access.gate.record(who, {
              what: name,
              tenantId: tenants[0] ?? null,
              thing: id,
              outcome: 'asked',
            });
          }
          admitted.set(request, { who, tenants, id });
        },
      },
      (socket, request) => {
        const asked = admitted.get(request);
        if (asked) handle({ ...asked, socket, request, still: () => stillOf(request, asked.who, access) });
        else socket.close();
      },
    );
  };
}

function stillOf({ headers }: FastifyRequest, { address }: Who, { whoIs }: RequestAccess): Who | null {
  const { cookie, authorization } = headers;
  try {
    const now = whoIs({ cookie, authorization, address }, { looking: true });
    return now.rights ? now : null;
  } catch {
    return null;
  }
}

import type { FastifyRequest } from 'fastify';
import { type Clock, VoxboxError } from '../../foundation/index.ts';
import type { Box } from '../../store/index.ts';
import type { LiveCalls } from '../live.ts';
import { createGate, type Gate } from './gate.ts';
import { createRate } from './limits.ts';
import type { Who, WhoIs } from './who.ts';

export interface AccessParts {
  readonly box: Box;
  readonly live: LiveCalls;
  readonly clock: Clock;
  readonly whoIs: WhoIs;
}

/** What stands between a request and its handler. */
export interface RequestAccess {
  readonly gate: Gate;
  readonly whoIs: WhoIs;
  /** @throws VoxboxError `sign_in_required`, `too_many_requests`, `request_refused` */
  whoAsks(request: FastifyRequest): Who;
}

/** A page asks for thirty things when it is opened; a program that goes on like that is slowed down. */
const rateLimits = { perS: 50, burst: 1000 } as const;
/** What was refused costs more: nobody tries ids by the thousand. */
const refusalCost = 3;
/**
 * Comes with every change that a page asks for. A page of another site cannot send it: a header of that kind needs a
 * leave that the box gives nobody (CORS preflight). SameSite and the check of the Origin stand before it; one of the
 * three is enough. Tokens are sent by no browser on its own, so programs need no such header.
 */
export const pageHeader = 'x-voxbox-page';

export function createAccess({ box, live, clock, whoIs }: AccessParts): RequestAccess {
  const rate = createRate(clock, rateLimits);
  const inner = createGate({ box, live, clock });
  const count = (who: Who, cost = 1): void => {
    if (who.kind !== 'command-line') rate.take(who.session?.id ?? who.id ?? who.address, cost);
  };
  return {
    whoIs,
    whoAsks(request) {
      const { cookie, authorization, [pageHeader]: fromPage } = request.headers;
      const address = request.ip.replace(/^::ffff:/, '');
      let who: Who;
      try {
        who = whoIs({ cookie, authorization, address });
      } catch (error) {
        rate.take(address, refusalCost);
        throw error;
      }
      count(who);
      const reads = request.method === 'GET' || request.method === 'HEAD';
      if (who.session && !reads && fromPage === undefined) {
        throw new VoxboxError('request_refused', `the request lacks the header ${pageHeader}`);
      }
      return who;
    },
    gate: {
      ...inner,
      admit(who, asked, named) {
        try {
          return inner.admit(who, asked, named);
        } catch (error) {
          count(who, refusalCost);
          throw error;
        }
      },
    },
  };
}

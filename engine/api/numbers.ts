import { VoxboxError } from '../foundation/index.ts';
import type { Box, PhoneNumber as StoredNumber } from '../store/index.ts';
import type { PhoneNumber } from './contract/index.ts';
import type { Serve } from './method-server.ts';

/** Serves `numberMethods`: which numbers lead to a business. */
export function serveNumbers(serve: Serve, { box }: { readonly box: Box }): void {
  /** Of that business: what leads to another one is not found. */
  const own = (number: string, tenantId: string): string => {
    if (box.numbers.find(number)?.tenantId !== tenantId) {
      throw new VoxboxError('not_found', `${number} does not lead to this business`);
    }
    return number;
  };
  serve('number.add', ({ id, body, reply }) => {
    const number = numberAnswer(box.numbers.add({ ...body, tenantId: id }));
    reply.code(201);
    return { number };
  });
  serve('number.change', ({ id, query, body }) => ({
    number: numberAnswer(box.numbers.change(own(id, query.tenant), body)),
  }));
  serve('number.remove', ({ id, query }) => {
    box.numbers.remove(own(id, query.tenant));
    return { removed: true as const };
  });
}

const numberAnswer = ({ number, label, active }: StoredNumber): PhoneNumber => ({ number, label, active });

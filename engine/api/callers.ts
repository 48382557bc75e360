import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { forgetCaller } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type callerMethods, type doNotCallMethods, phoneNumber } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** Who called, what is remembered of them, and who is not to be called. */
export const callerDesk = ({
  box,
  dataDir,
}: DeskParts): Pick<Desk, keyof typeof callerMethods | keyof typeof doNotCallMethods> => ({
  'caller.list': ({ id, query: { q, ...page } }) => ({
    callers: box.tenant(id).callers.list({ ...page, ...(q ? { text: q } : {}) }),
  }),
  'caller.read': ({ id, query }) => {
    const caller = box.tenant(query.tenant).callers.find(id);
    if (!caller) throw new VoxboxError('not_found', `nobody is remembered under ${id}`);
    return { caller };
  },
  'caller.change': ({ id, query, body: { optedOut, note } }) => {
    const store = box.tenant(query.tenant);
    return store.transaction(() => {
      if (optedOut !== undefined) store.callers.setOptedOut(id, optedOut);
      if (note !== undefined) store.callers.setNote(id, note);
      return { caller: store.callers.find(id) };
    });
  },
  'caller.forget': async ({ id, query, body }) => {
    if (!phoneNumber.safeParse(id).success) {
      throw new VoxboxError(
        'input_invalid',
        'a caller is named by the number, E.164, for example +15555550100',
      );
    }
    box.refusals.forget(query.tenant, id);
    box.outbound.forget(query.tenant, id);
    const { callIds, recordings } = forgetCaller(box.tenant(query.tenant), id, body);
    for (const recording of recordings) await rm(join(dataDir, recording), { force: true });
    return { calls: callIds.length };
  },
  'privacy.read': ({ id }) => ({ policy: box.tenant(id).privacy.policy() }),
  'privacy.set': ({ id, body }) => {
    const { privacy } = box.tenant(id);
    privacy.setPolicy(body);
    return { policy: privacy.policy() };
  },
  'doNotCall.list': ({ id, query: { limit, offset } }) => ({
    numbers: box
      .tenant(id)
      .doNotCall.list()
      .slice(offset, offset + limit),
  }),
  'doNotCall.add': ({ id, body: { number } }) => {
    box.tenant(id).doNotCall.add(number, null);
    return { number };
  },
  'doNotCall.remove': ({ id, query }) => {
    const { doNotCall } = box.tenant(query.tenant);
    if (!doNotCall.has(id)) throw new VoxboxError('not_found', `${id} may be called`);
    doNotCall.remove(id);
    return { removed: true };
  },
});

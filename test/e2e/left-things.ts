import { systemIds } from '../../engine/foundation/index.ts';
import type { Submission, TenantStore } from '../../engine/store/index.ts';
import { hourMs, nowMs } from './practice.ts';

export type Left = Partial<Submission> & Pick<Submission, 'title'>;

/** Leaves a message or an order with the practice. Returns its id. */
export function leave(store: TenantStore, given: Left): string {
  const id = systemIds.uuid();
  store.submissions.insert({
    ...{ id, skill: 'message', kind: 'message', callId: null, customerName: null, customerPhone: null },
    ...{ urgent: false, fields: [], totalMinor: null, currency: null, status: 'open', createdAtMs: nowMs },
    ...given,
  });
  return id;
}

const field = (id: string, label: string, value: string) => ({ id, label, value });

/** What callers left with the practice. Returns the id of the urgent message. */
export function fillInbox(store: TenantStore, callId: string): string {
  const urgent = leave(store, {
    ...{ title: 'Message', callId, customerName: 'Maria Lopez', customerPhone: '+12025550123', urgent: true },
    createdAtMs: nowMs - 3 * hourMs,
    fields: [
      field('name', 'Name', 'Maria Lopez'),
      field('message', 'Message', 'A filling came out and it hurts. Please call back before noon.'),
    ],
  });
  leave(store, {
    ...{ skill: 'order', kind: 'order', title: 'Order for pick-up', totalMinor: 8450, currency: 'USD' },
    ...{ customerName: 'Tom Becker', customerPhone: '+12025550180', createdAtMs: nowMs - hourMs },
    fields: [
      field('items', 'Items', '2 × Electric toothbrush head, 1 × Whitening kit'),
      field('when', 'Pick-up', 'Thursday, 4:30 PM'),
    ],
  });
  leave(store, {
    ...{ skill: 'lead', kind: 'lead', title: 'New patient', customerName: 'Aisha Rahman' },
    ...{ customerPhone: '+12025550179', createdAtMs: nowMs - 26 * hourMs },
    fields: [field('reason', 'Reason', 'Wants to move here from another practice')],
  });
  leave(store, {
    ...{ title: 'Message', status: 'done', customerName: 'Grace Kim', customerPhone: '+12025550177' },
    createdAtMs: nowMs - 50 * hourMs,
    fields: [field('message', 'Message', 'Asks for her invoice by mail')],
  });
  return urgent;
}

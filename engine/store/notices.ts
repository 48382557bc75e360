import type { DomainEvent, StoredEvent } from '../foundation/index.ts';
import type { Database } from './database.ts';
import { worthNotice } from './schema/notices.ts';

/** An event that somebody at the desk wants to hear of: booked by phone, a call that was lost, something left. */
export type NoticedEvent = (
  | Extract<
      DomainEvent,
      { type: 'appointment.booked' | 'appointment.drafted' | 'call.ended' | 'submission.received' }
    >
  | (Extract<DomainEvent, { type: 'mail.sent' | 'mail.failed' }> & { readonly type: 'mail.failed' })
  | Extract<DomainEvent, { type: 'calendar.clashed' }>
) &
  Pick<StoredEvent, 'sequence' | 'atMs'>;

export interface Notices {
  /** The latest first. */
  latest(limit: number): NoticedEvent[];
}

export function noticeRows(database: Database): Notices {
  const latest = database.prepare<{ sequence: number; atMs: number; body: string }>(
    `select sequence, at_ms as atMs, body from events indexed by events_notices
     where ${worthNotice} order by sequence desc limit ?`,
  );
  return {
    latest: (limit) =>
      latest.all(limit).map(({ sequence, atMs, body }) => {
        const event = JSON.parse(body) as NoticedEvent;
        return { ...event, sequence, atMs };
      }),
  };
}

import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** Callers that a business wrote itself, to be tried out before its agent is published: YAML, checked where it is played. */
export interface RehearsalCases {
  /** Empty where there are none. */
  read(): string;
  write(yaml: string): void;
}

export function rehearsalCaseRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): RehearsalCases {
  const read = database.prepare<{ body: string }>('select body from rehearsal_cases');
  const put = database.prepare(
    'insert into rehearsal_cases (id, body) values (1, ?) on conflict (id) do update set body = excluded.body',
  );
  return {
    read: () => read.get()?.body ?? '',
    write: (yaml) =>
      events.transaction(() => {
        put.run(yaml);
        events.record({ type: 'agent.cases-changed', tenantId });
      }),
  };
}

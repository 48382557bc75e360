import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import { type Playbook, type PlaybookInput, playbookSchema } from './playbook.ts';
import { professionIds, professionOf } from './professions.ts';

export interface PlaybookRows {
  /** The tenant's own; of its profession where it has none yet. */
  read(profession: string): Playbook;
  /** From the next call on. @throws VoxboxError `input_invalid` naming the first offending value */
  write(playbook: PlaybookInput): void;
  insert(playbook: Playbook): void;
}

export function playbookRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog | null },
): PlaybookRows {
  const read = database.prepare<{ body: string }>('select body from playbook');
  const put = database.prepare(
    'insert into playbook (id, body) values (1, ?) on conflict (id) do update set body = excluded.body',
  );
  return {
    read(profession) {
      const row = read.get();
      // What an older version wrote gets the defaults of what came since.
      if (row) return playbookSchema.parse(JSON.parse(row.body));
      return professionOf(professionIds().includes(profession) ? profession : 'general').playbook;
    },
    write(playbook) {
      const parsed = playbookSchema.safeParse(playbook);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new VoxboxError(
          'input_invalid',
          `${issue?.path.join('.') || 'playbook'}: ${issue?.message ?? 'not valid'}`,
        );
      }
      events?.transaction(() => {
        put.run(JSON.stringify(parsed.data));
        events.record({ type: 'playbook.changed', tenantId });
      });
    },
    insert: (playbook) => {
      put.run(JSON.stringify(playbook));
    },
  };
}

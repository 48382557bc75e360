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
  // Every call asks for it: what has not changed since is not checked again. Nobody changes what they get.
  let known: { readonly from: string; readonly playbook: Playbook } | null = null;
  return {
    read(profession) {
      const body = read.get()?.body ?? null;
      const from = body ?? profession;
      if (known?.from !== from) known = { from, playbook: parsed(body, profession) };
      return known.playbook;
    },
    write(playbook) {
      const checked = playbookSchema.safeParse(playbook);
      if (!checked.success) {
        const [issue] = checked.error.issues;
        throw new VoxboxError(
          'input_invalid',
          `${issue?.path.join('.') || 'playbook'}: ${issue?.message ?? 'not valid'}`,
        );
      }
      events?.transaction(() => {
        put.run(JSON.stringify(checked.data));
        events.record({ type: 'playbook.changed', tenantId });
      });
    },
    insert: (playbook) => {
      put.run(JSON.stringify(playbook));
    },
  };
}

/** What an older version wrote gets the defaults of what came since. */
const parsed = (body: string | null, profession: string): Playbook =>
  body === null
    ? professionOf(professionIds().includes(profession) ? profession : 'general').playbook
    : playbookSchema.parse(JSON.parse(body));

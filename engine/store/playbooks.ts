import type { Database } from './database.ts';
import { type Playbook, playbookSchema } from './playbook.ts';
import { professionIds, professionOf } from './professions.ts';

export interface PlaybookRows {
  /** The tenant's own; of its profession where it has none yet. */
  read(profession: string): Playbook;
  write(playbook: Playbook): void;
}

export function playbookRows(database: Database): PlaybookRows {
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
    write: (playbook) => {
      put.run(JSON.stringify(playbook));
    },
  };
}

/** What an older version wrote gets the defaults of what came since. */
const parsed = (body: string | null, profession: string): Playbook =>
  body === null
    ? professionOf(professionIds().includes(profession) ? profession : 'general').playbook
    : playbookSchema.parse(JSON.parse(body));

import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { AgentProfile, OpenSpan } from './model.ts';

/** The agent's settings and the opening hours. */
export interface ProfileRows {
  /** @throws VoxboxError `database_broken` when the tenant has none */
  read(): AgentProfile;
  hours(): OpenSpan[];
  insert(profile: AgentProfile, hours: readonly OpenSpan[]): void;
  /** All but the voice. */
  change(profile: Omit<AgentProfile, 'voice'>, hours: readonly OpenSpan[]): void;
}

type Row = Omit<AgentProfile, 'skills'> & { readonly skills: string };

export function profileRows(database: Database): ProfileRows {
  const read = database.prepare<Row>(
    'select agent_name as agentName, profession, greeting, voice, skills, prompt from profile',
  );
  const hours = database.prepare<OpenSpan>(
    'select weekday, from_minute as fromMinute, to_minute as toMinute from hours order by weekday, from_minute',
  );
  const insert = database.prepare(
    `insert into profile (id, agent_name, profession, greeting, voice, skills, prompt)
     values (1, :agentName, :profession, :greeting, :voice, :skills, :prompt)`,
  );
  const update = database.prepare(
    `update profile set agent_name = :agentName, profession = :profession, greeting = :greeting, skills = :skills,
       prompt = :prompt`,
  );
  const clearHours = database.prepare('delete from hours');
  const insertSpan = database.prepare(
    'insert into hours (weekday, from_minute, to_minute) values (:weekday, :fromMinute, :toMinute)',
  );
  return {
    read() {
      const row = read.get();
      if (!row) throw new VoxboxError('database_broken', 'a tenant has no agent profile');
      return { ...row, skills: JSON.parse(row.skills) as string[] };
    },
    hours: () => hours.all(),
    insert(profile, spans) {
      insert.run({ ...profile, skills: JSON.stringify(profile.skills) });
      for (const span of spans) insertSpan.run(span);
    },
    change({ agentName, profession, greeting, skills, prompt }, spans) {
      update.run({ agentName, profession, greeting, prompt, skills: JSON.stringify(skills) });
      clearHours.run();
      for (const span of spans) insertSpan.run(span);
    },
  };
}

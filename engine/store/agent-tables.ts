import { VoxboxError } from '../foundation/index.ts';
import { type AgentDocument, agentDocumentSchema } from './agent-document.ts';
import type { AgentDraft, AgentVersion, AgentVersionLine, RehearsalSummary } from './agent-versions.ts';
import type { Database } from './database.ts';
import { playbookRows } from './playbooks.ts';
import { profileRows } from './profiles.ts';
import { serviceRows } from './services.ts';
import { staffRows } from './staff.ts';

/** Where versions, the draft, and what is live are kept. */

/** The tables that calls, calendar and screens read. */
export function documentTables(database: Database) {
  const profiles = profileRows(database);
  const services = serviceRows(database);
  const staff = staffRows(database);
  const playbooks = playbookRows(database);
  return {
    read(): AgentDocument {
      const { voice: _, ...profile } = profiles.read();
      return agentDocumentSchema.parse({
        ...profile,
        hours: profiles.hours(),
        services: services.list(),
        staff: staff.list(),
        playbook: playbooks.read(profile.profession),
      });
    },
    write(document: AgentDocument): void {
      profiles.change(document, document.hours);
      services.replace(document.services);
      staff.replace(document.staff);
      playbooks.write(document.playbook);
    },
  };
}

type VersionRow = Omit<AgentVersionLine, 'rehearsal'> & { readonly rehearsal: string | null };

export function versionTable(database: Database) {
  const columns = 'number, origin, by_whom as "by", note, rehearsal, at_ms as atMs';
  const latest = database.prepare<VersionRow & { readonly body: string }>(
    `select ${columns}, body from agent_versions order by number desc limit 1`,
  );
  const byNumber = database.prepare<VersionRow & { readonly body: string }>(
    `select ${columns}, body from agent_versions where number = ?`,
  );
  const list = database.prepare<VersionRow>(
    `select ${columns} from agent_versions order by number desc limit ? offset ?`,
  );
  const insert = database.prepare(
    `insert into agent_versions (number, body, origin, by_whom, note, rehearsal, at_ms)
     values (:number, :body, :origin, :by, :note, :rehearsal, :atMs)`,
  );
  const lineFrom = ({ rehearsal, ...row }: VersionRow): AgentVersionLine => ({
    ...row,
    rehearsal: rehearsal === null ? null : (JSON.parse(rehearsal) as RehearsalSummary),
  });
  const versionFrom = ({ body, ...row }: VersionRow & { readonly body: string }): AgentVersion => ({
    ...lineFrom(row),
    document: agentDocumentSchema.parse(JSON.parse(body)),
  });
  return {
    latest(): AgentVersion | null {
      const row = latest.get();
      return row ? versionFrom(row) : null;
    },
    need(number: number): AgentVersion {
      const row = byNumber.get(number);
      if (!row) throw new VoxboxError('not_found', `there is no version ${number}`);
      return versionFrom(row);
    },
    list: (limit: number, offset: number): AgentVersionLine[] => list.all(limit, offset).map(lineFrom),
    insert({ document, rehearsal, ...line }: AgentVersion): void {
      const told = rehearsal && JSON.stringify(rehearsal);
      insert.run({ ...line, body: JSON.stringify(document), rehearsal: told });
    },
  };
}

interface DraftRow {
  readonly revision: number;
  readonly body: string | null;
  readonly basedOn: number;
  readonly by: string | null;
  readonly changedAtMs: number;
}

export function draftTable(database: Database) {
  const read = database.prepare<DraftRow>(
    'select revision, body, based_on as basedOn, by_whom as "by", changed_at_ms as changedAtMs from agent_draft',
  );
  const write = database.prepare(
    `update agent_draft set revision = revision + 1, body = :body, based_on = :basedOn, by_whom = :by,
       changed_at_ms = :changedAtMs`,
  );
  return {
    read(): { readonly revision: number; readonly draft: AgentDraft | null } {
      const row = read.get();
      if (!row) throw new VoxboxError('database_broken', 'a tenant has no place for a draft of its agent');
      const { revision, body, ...draft } = row;
      if (body === null) return { revision, draft: null };
      return { revision, draft: { ...draft, document: agentDocumentSchema.parse(JSON.parse(body)) } };
    },
    write(draft: AgentDraft | null): void {
      const row = draft && {
        ...{ body: JSON.stringify(draft.document), basedOn: draft.basedOn },
        ...{ by: draft.by, changedAtMs: draft.changedAtMs },
      };
      write.run(row ?? { body: null, basedOn: null, by: null, changedAtMs: null });
    },
  };
}

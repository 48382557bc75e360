import { type Clock, VoxboxError } from '../foundation/index.ts';
import { type AgentDocument, checkedDocument, withName } from './agent-document.ts';
import { documentTables, draftTable, versionTable } from './agent-tables.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import { type PlaybookInput, playbookProblems, playbookSchema } from './playbook.ts';

/** How the simulated callers fared before a publication. */
export interface RehearsalSummary {
  readonly passed: number;
  readonly total: number;
  /** Titles of those that had to pass and did not: it was published all the same. */
  readonly failed: readonly string[];
}

export interface AgentVersionLine {
  /** From 1. */
  readonly number: number;
  /** `began`: what there was when versions began; `changed`: past the draft, by a command or another program. */
  readonly origin: 'began' | 'published' | 'changed';
  /** Null where nobody was signed in. */
  readonly by: string | null;
  /** Why, in the words of whoever published it. */
  readonly note: string | null;
  /** Null where nobody rehearsed. */
  readonly rehearsal: RehearsalSummary | null;
  readonly atMs: number;
}

/** What the agent was from `atMs` until the next version. Never changed. */
export interface AgentVersion extends AgentVersionLine {
  readonly document: AgentDocument;
}

export interface AgentDraft {
  readonly document: AgentDocument;
  /** Number of the version that it began as. */
  readonly basedOn: number;
  readonly by: string | null;
  readonly changedAtMs: number;
}

interface Author {
  readonly by: string | null;
}

/** Names the draft as it was seen: what somebody else has changed since is not overwritten. */
interface Seen extends Author {
  readonly revision: number;
}

/**
 * What a business's agent is, was, and shall be. What calls get is always the latest version, whole: it changes by a
 * publication alone, in one transaction. Changes throw VoxboxError `draft_changed` where `revision` is not the draft's.
 */
export interface AgentVersions {
  live(): AgentVersion;
  /** Null where nothing differs from what is live. */
  draft(): AgentDraft | null;
  /** Rises with every change of the draft. */
  revision(): number;
  /** In the place of the draft that there is. @throws VoxboxError `input_invalid` */
  save(document: unknown, seen: Seen): void;
  discard(seen: Seen): void;
  /** What `publish` would make live. @throws VoxboxError `not_found` where there is no draft */
  toPublish(revision: number): AgentDraft;
  /** From the next call on. @throws VoxboxError `not_found` where there is no draft */
  publish(publication: Seen & Pick<AgentVersionLine, 'note' | 'rehearsal'>): AgentVersionLine;
  /** The version becomes the draft. @throws VoxboxError `not_found` */
  restore(number: number, seen: Seen): void;
  /** Past the draft, from the next call on. @throws VoxboxError `input_invalid` */
  setPlaybook(playbook: PlaybookInput, author?: Author): void;
  /**
   * Past the draft, and in it: where the agent says the business's name, it says the new one.
   *
   * @throws VoxboxError `input_invalid` where a sentence gets too long by it
   */
  rename(names: { readonly from: string; readonly to: string }, author: Author): void;
  /** Latest first. */
  list(page: { readonly limit: number; readonly offset?: number }): AgentVersionLine[];
  /** @throws VoxboxError `not_found` */
  version(number: number): AgentVersion;
}

interface RowParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly events: EventLog;
}

export function agentVersionRows(database: Database, parts: RowParts): AgentVersions {
  const { tenantId, clock, events } = parts;
  const versions = versionTable(database);
  const drafts = draftTable(database);
  const tables = documentTables(database);

  const live = (): AgentVersion => {
    const latest = versions.latest();
    if (!latest) throw new VoxboxError('database_broken', 'a tenant has no version of its agent');
    return latest;
  };
  /** Into the tables that calls read, and onto the list of versions. */
  const goLive = (
    document: AgentDocument,
    line: Omit<AgentVersionLine, 'number' | 'atMs'>,
  ): AgentVersionLine => {
    const version = { ...line, number: live().number + 1, atMs: clock.nowMs(), document };
    tables.write(document);
    versions.insert(version);
    events.record({ type: 'agent.published', tenantId, number: version.number });
    return lineOf(version);
  };
  const seenAs = (revision: number): AgentDraft | null => {
    const seen = drafts.read();
    if (seen.revision !== revision)
      throw new VoxboxError('draft_changed', 'the draft was changed by somebody else meanwhile');
    return seen.draft;
  };
  const toPublish = (revision: number): AgentDraft => {
    const draft = seenAs(revision);
    if (!draft) throw new VoxboxError('not_found', 'there is nothing to publish');
    return draft;
  };
  /** A change of the draft by somebody who has seen it as it is. */
  const changing = <T>(revision: number, work: (draft: AgentDraft | null) => T): T =>
    events.transaction(() => work(seenAs(revision)));
  const write = (draft: AgentDraft | null): void => {
    drafts.write(draft);
    events.record({ type: 'agent.drafted', tenantId });
  };
  /** A draft that differs in nothing is none. */
  const put = (document: AgentDocument, basedOn: number, by: string | null): void =>
    write(isSame(document, live().document) ? null : { document, basedOn, by, changedAtMs: clock.nowMs() });

  return {
    live,
    draft: () => drafts.read().draft,
    revision: () => drafts.read().revision,
    save: (given, { revision, by }) =>
      changing(revision, (draft) => put(checkedDocument(given), draft?.basedOn ?? live().number, by)),
    discard: ({ revision }) => changing(revision, () => write(null)),
    toPublish,
    publish: ({ revision, by, note, rehearsal }) =>
      events.transaction(() => {
        const { document } = toPublish(revision);
        write(null);
        return goLive(document, { origin: 'published', by, note, rehearsal });
      }),
    restore: (number, { revision, by }) =>
      changing(revision, () => put(versions.need(number).document, live().number, by)),
    setPlaybook: (given, { by } = { by: null }) =>
      events.transaction(() => {
        const before = live().document;
        const playbook = checkedPlaybook(given);
        const document = { ...before, playbook, skills: [...before.skills, ...newSkills(before, playbook)] };
        if (isSame(document, before)) return;
        goLive(document, { origin: 'changed', by, note: null, rehearsal: null });
      }),
    rename: (names, { by }) =>
      events.transaction(() => {
        const [before, { draft }] = [live().document, drafts.read()];
        const document = checkedDocument(withName(before, names));
        if (!isSame(document, before))
          goLive(document, {
            origin: 'changed',
            by,
            note: `The business is called ${names.to} now`,
            rehearsal: null,
          });
        if (draft) put(checkedDocument(withName(draft.document, names)), draft.basedOn, draft.by);
      }),
    list: ({ limit, offset = 0 }) => versions.list(limit, offset),
    version: versions.need,
  };
}

/**
 * What there is becomes the first version. Idempotent.
 *
 * @param options.switchOn skills without a switch are switched on: there were none before
 */
export function beginVersions(
  database: Database,
  clock: Clock,
  { switchOn = false }: { readonly switchOn?: boolean } = {},
): void {
  if (database.prepare('select 1 from agent_versions limit 1').get()) return;
  database.transaction(() => {
    const tables = documentTables(database);
    const { skills, ...document } = tables.read();
    const known = switchOn ? newSkills({ skills, playbook: null }, document.playbook) : [];
    const begun = { ...document, skills: [...skills, ...known] };
    tables.write(begun);
    const line = { number: 1, origin: 'began', by: null, note: null, rehearsal: null } as const;
    versionTable(database).insert({ ...line, atMs: clock.nowMs(), document: begun });
  });
}

/** Skills that come new are switched on; where none is named, all are on. */
const newSkills = (
  {
    skills,
    playbook,
  }: { readonly skills: readonly string[]; readonly playbook: AgentDocument['playbook'] | null },
  changed: AgentDocument['playbook'],
): string[] =>
  skills.length === 0
    ? []
    : changed.skills
        .map(({ id }) => id)
        .filter((id) => !skills.includes(id) && !playbook?.skills.some((before) => before.id === id));

const isSame = (one: AgentDocument, other: AgentDocument): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const lineOf = ({ document: _, ...line }: AgentVersion): AgentVersionLine => line;

function checkedPlaybook(given: PlaybookInput): AgentDocument['playbook'] {
  const [problem] = playbookProblems(given);
  if (!problem) return playbookSchema.parse(given);
  throw new VoxboxError('input_invalid', `${problem.path || 'playbook'}: ${problem.message}`);
}

import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import { type Original, ownCasesOf, type RehearsalReport, type Rehearsals } from '../rehearsal/index.ts';
import {
  type AgentDocument,
  type Box,
  checkedDocument,
  type RehearsalSummary,
  type TenantStore,
} from '../store/index.ts';
import type { Rehearsal, RehearsalProgress } from './contract/index.ts';
import type { Serve } from './method-server.ts';

export interface RehearsalParts {
  readonly box: Box;
  /** Null: this program plays none. */
  readonly rehearsals: Rehearsals | null;
  readonly onProgress: (progress: RehearsalProgress) => void;
}

/** The latest rehearsal of each business, for as long as the engine runs. */
export interface RehearsalBook {
  latest(tenantId: string): Rehearsal | null;
  /** Plays what is to be published; what was played, or is being played, is not played again. */
  settled(tenantId: string): Promise<Rehearsal>;
  start(tenantId: string): Rehearsal;
  forget(tenantId: string): void;
}

export function createRehearsalBook({ box, rehearsals, onProgress }: RehearsalParts): RehearsalBook {
  const book = new Map<string, { readonly ends: Promise<void>; rehearsal: Rehearsal }>();

  const begin = (tenantId: string): Rehearsal => {
    const store = box.tenant(tenantId);
    const revision = store.agent.revision();
    const known = book.get(tenantId)?.rehearsal;
    if (known?.state === 'running' && known.revision === revision) return known;
    const document = (store.agent.draft() ?? store.agent.live()).document;
    const order = {
      kind: 'gate',
      original: originalOf(box, store, document),
      ownCases: store.rehearsalCases.read(),
    } as const;
    const begun: Rehearsal = {
      ...{ state: 'running', revision, done: 0, total: 0, verdicts: [], left: [], failure: null },
      summary: null,
    };
    const become = (change: Partial<Rehearsal>): void => {
      entry.rehearsal = { ...entry.rehearsal, ...change };
      const { done, total, state } = entry.rehearsal;
      onProgress({ type: 'rehearsal.progressed', tenantId, revision, done, total, state });
    };
    const playing = needed(rehearsals).play(order, (_, done, total) => become({ done, total }));
    const ends = playing.then(
      (report) => become(judged(report)),
      (error: unknown) => become({ state: 'broken', failure: toErrorShape(error, 'rehearsal_unfinished') }),
    );
    const entry = { ends, rehearsal: begun };
    book.set(tenantId, entry);
    return begun;
  };

  return {
    latest: (tenantId) => book.get(tenantId)?.rehearsal ?? null,
    start: begin,
    async settled(tenantId) {
      const known = book.get(tenantId);
      const isOfDraft = known?.rehearsal.revision === box.tenant(tenantId).agent.revision();
      if (!known || !isOfDraft || known.rehearsal.state === 'broken') begin(tenantId);
      const entry = book.get(tenantId);
      await entry?.ends;
      if (!entry) throw new VoxboxError('rehearsal_unfinished', 'nobody rehearsed');
      return entry.rehearsal;
    },
    forget: (tenantId) => void book.delete(tenantId),
  };
}

const needed = (rehearsals: Rehearsals | null): Rehearsals => {
  if (rehearsals) return rehearsals;
  throw new VoxboxError('rehearsal_unfinished', 'simulated callers are not played by this program');
};

/** The business with another agent. */
function originalOf(box: Box, store: TenantStore, document: AgentDocument): Original {
  const tenant = box.tenants.find(store.tenantId);
  if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${store.tenantId}`);
  const { name, timeZone, language } = tenant;
  const { hours, services, staff, playbook, ...profile } = document;
  const { voice } = store.profile().profile;
  return {
    tenant: { name, timeZone, language },
    profile: { profile: { ...profile, voice }, hours, services, staff },
    playbook,
  };
}

function judged({ verdicts, left }: RehearsalReport): Partial<Rehearsal> {
  const failed = verdicts.filter(({ must, passed }) => must && !passed);
  const summary: RehearsalSummary = {
    passed: verdicts.filter(({ passed }) => passed).length,
    total: verdicts.length,
    failed: failed.map(({ title }) => title),
  };
  return {
    state: failed.length > 0 ? 'failed' : 'passed',
    verdicts: verdicts.toSorted((one, other) => Number(one.passed) - Number(other.passed)),
    ...{ done: verdicts.length, total: verdicts.length, left, summary },
  };
}

export function serveRehearsals(
  serve: Serve,
  { box, rehearsals, book }: RehearsalParts & { readonly book: RehearsalBook },
): void {
  serve('rehearsal.read', ({ id }) => ({ rehearsal: book.latest(id) }));
  serve('rehearsal.start', ({ id }) => ({ rehearsal: book.start(id) }));
  serve('rehearsal.try', async ({ id, body: { document, say } }) => {
    const store = box.tenant(id);
    const original = originalOf(box, store, checkedDocument(document));
    const { verdicts } = await needed(rehearsals).play({ kind: 'try', original, say });
    const [verdict] = verdicts;
    // The last line is only that the caller hangs up.
    return { lines: verdict?.lines.slice(0, -1) ?? [], there: verdict?.there ?? [] };
  });
  const casesOf = (store: TenantStore, yaml: string) => {
    const { document } = store.agent.draft() ?? store.agent.live();
    return { yaml, count: ownCasesOf(yaml, originalOf(box, store, document)).length };
  };
  serve('rehearsal.cases', ({ id }) => {
    const store = box.tenant(id);
    return casesOf(store, store.rehearsalCases.read());
  });
  serve('rehearsal.setCases', ({ id, body: { yaml } }) => {
    const store = box.tenant(id);
    const answer = casesOf(store, yaml);
    store.rehearsalCases.write(yaml);
    book.forget(id);
    return answer;
  });
}

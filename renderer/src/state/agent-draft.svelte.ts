import type {
  Agent,
  AgentDocument,
  AgentVersionLine,
  Profession,
  Rehearsal,
  RehearsalProgress,
} from '../../../engine/api/contract/index.ts';
import { troubleOf } from '../agent-trouble.ts';
import type { Answer, Failure } from '../asking.ts';
import { agentClient } from '../clients/agent.ts';
import { Loaded } from './loaded.svelte.ts';

/** What a business's agent is, as it is live, as the draft is saved, and as it is typed. */
export class AgentDraft {
  readonly tenantId: string;
  readonly stored = new Loaded<{ agent: Agent }>();
  readonly professions = new Loaded<{ professions: Profession[] }>();
  readonly versions = new Loaded<{ versions: AgentVersionLine[] }>();
  readonly rehearsal = new Loaded<{ rehearsal: Rehearsal | null }>();
  /** Null: as it is saved. */
  #typed = $state.raw<AgentDocument | null>(null);
  /** The draft that was seen when typing began. */
  #seen = 0;
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** It was to be saved: every field says what is wrong. */
  checked = $state(false);
  #left = $state.raw<ReadonlySet<string>>(new Set());
  /** Why the draft is to be published, as it is typed. */
  note = $state('');
  published = $state.raw<number | null>(null);

  // No $derived: this outlives the page that made it.
  get agent(): Agent | null {
    return this.stored.value?.agent ?? null;
  }

  /** The draft, or what is live where there is none. */
  get saved(): AgentDocument | null {
    return this.agent && (this.agent.draft ?? this.agent.live).document;
  }

  get document(): AgentDocument | null {
    return this.#typed ?? this.saved;
  }

  get isDirty(): boolean {
    return this.#typed !== null;
  }

  get trouble(): ReadonlyMap<string, string> {
    return this.document ? troubleOf(this.document) : new Map();
  }

  get conflict(): boolean {
    return this.failure?.code === 'draft_changed';
  }

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  async load(): Promise<void> {
    await Promise.all([
      this.stored.load(agentClient.read(this.tenantId)),
      this.versions.load(agentClient.versions(this.tenantId)),
      this.rehearsal.load(agentClient.rehearsal(this.tenantId)),
      this.professions.value ? null : this.professions.load(agentClient.professions()),
    ]);
  }

  /** What is wrong at that place, once it was left or was to be saved. */
  wrong(path: string): string | null {
    const found = this.trouble.get(path) ?? null;
    return this.checked || this.#left.has(path) ? found : null;
  }

  leave(path: string): void {
    this.#left = new Set([...this.#left, path]);
  }

  set(change: Partial<AgentDocument>): void {
    const { document, saved, agent } = this;
    if (!document || !saved || !agent) return;
    if (this.#typed === null) this.#seen = agent.revision;
    const changed = { ...document, ...change };
    this.#typed = JSON.stringify(changed) === JSON.stringify(saved) ? null : changed;
  }

  setPlaybook(change: Partial<AgentDocument['playbook']>): void {
    if (this.document) this.set({ playbook: { ...this.document.playbook, ...change } });
  }

  /** Forgets what is typed. */
  forget(): void {
    this.#typed = null;
    this.#left = new Set();
    this.failure = null;
    this.checked = false;
  }

  /** Puts what is typed in the place of what somebody else has saved. */
  async overrule(): Promise<boolean> {
    this.#seen = this.agent?.revision ?? 0;
    return this.save();
  }

  /** True when nothing typed is left to save. */
  async save(): Promise<boolean> {
    const typed = this.#typed;
    if (!typed) return true;
    this.checked = true;
    if (this.busy || this.trouble.size > 0) return false;
    const done = await this.#do(agentClient.save(this.tenantId, typed, this.#seen));
    if (done && this.#typed === typed) this.forget();
    else if (done) this.#seen = this.agent?.revision ?? 0;
    return done;
  }

  discard(): Promise<boolean> {
    return this.#do(agentClient.discard(this.tenantId, this.agent?.revision ?? 0));
  }

  restore(number: number): Promise<boolean> {
    return this.#do(agentClient.restore(this.tenantId, number, this.agent?.revision ?? 0));
  }

  async template(profession: string): Promise<Failure | null> {
    const { document } = this;
    if (!document) return null;
    const answer = await agentClient.template(this.tenantId, document, profession);
    if (!answer.ok) return answer.failure;
    // What was typed meanwhile is not lost: it is asked for that.
    if (this.document !== document) return this.template(profession);
    this.set(answer.value.document);
    return null;
  }

  /** @param despite why it is published although simulated callers were not served */
  async publish(despite?: string): Promise<Failure | null> {
    this.published = null;
    this.busy = true;
    const revision = this.agent?.revision ?? 0;
    const answer = await agentClient.publish(this.tenantId, {
      ...{ revision, note: this.note.trim() },
      ...(despite === undefined ? {} : { despite }),
    });
    this.busy = false;
    await this.load();
    if (!answer.ok) return answer.failure;
    this.published = answer.value.version.number;
    this.note = '';
    return null;
  }

  async rehearse(): Promise<void> {
    await this.rehearsal.load(agentClient.rehearse(this.tenantId));
  }

  heard({ done, total, state }: RehearsalProgress): void {
    const current = this.rehearsal.value?.rehearsal;
    if (current?.state !== 'running' || state !== 'running') {
      void this.rehearsal.load(agentClient.rehearsal(this.tenantId));
    } else {
      this.rehearsal.value = { rehearsal: { ...current, done, total } };
    }
  }

  async #do(asking: Promise<Answer<{ agent: Agent }>>): Promise<boolean> {
    this.busy = true;
    this.published = null;
    const answer = await asking;
    this.busy = false;
    this.failure = answer.ok ? null : answer.failure;
    if (answer.ok) await this.stored.load(Promise.resolve(answer));
    else if (answer.failure.code === 'draft_changed') await this.stored.load(agentClient.read(this.tenantId));
    return answer.ok;
  }
}

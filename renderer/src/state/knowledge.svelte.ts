import type {
  NewSourceRequest,
  Question,
  Source,
  SourceProgress,
} from '../../../engine/api/contract/index.ts';
import { type Answer, client, type Failure } from '../client.ts';
import { strings } from '../strings.ts';
import { Loaded } from './loaded.svelte.ts';

type PageRequest = Extract<NewSourceRequest, { kind: 'address' }>;

/** A source on its way. */
export interface Reading {
  readonly id: number;
  /** As it was given: progress is told under it. */
  readonly name: string;
  /** What is sent; null for one that another screen has sent. */
  readonly input: File | PageRequest | null;
  readonly state: 'waiting' | 'going' | 'failed';
  readonly progress: SourceProgress | null;
  readonly failure: Failure | null;
  /** When something was last heard of it: of others' failures nothing is told. */
  readonly heardAtMs: number;
}

const largestFileBytes = 20 * 1024 * 1024;
const longestName = 200;

/** What one tenant's agent knows, what is being read for it, and the answers that are being typed. */
export class Knowledge {
  readonly tenantId: string;
  readonly sources = new Loaded<{ sources: Source[] }>();
  readonly questions = new Loaded<{ questions: Question[] }>();
  readings = $state.raw<readonly Reading[]>([]);
  /** Answers as they are typed, by the question's id. */
  #drafts = $state.raw<ReadonlyMap<string, string>>(new Map());
  #ids = 0;
  #reading = false;

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  get isDirty(): boolean {
    return [...this.#drafts.values()].some((text) => text.trim() !== '');
  }

  async load(): Promise<void> {
    await Promise.all([
      this.sources.load(client.sources(this.tenantId)),
      this.questions.load(client.questions(this.tenantId)),
    ]);
  }

  /** An event told that something has changed, which is also how others' sources end. */
  async changed(): Promise<void> {
    this.readings = this.readings.filter(({ input, progress }) => input || progress?.stage !== 'saving');
    await this.load();
  }

  draft(questionId: string): string {
    return this.#drafts.get(questionId) ?? '';
  }

  setDraft(questionId: string, text: string): void {
    this.#drafts = new Map(this.#drafts).set(questionId, text);
  }

  /** Read one after the other: the box also answers calls. */
  add(inputs: readonly (File | PageRequest)[]): void {
    const added = inputs.map((input): Reading => {
      this.#ids += 1;
      const name = input instanceof File ? input.name.slice(-longestName) : input.url;
      const heardAtMs = Date.now();
      return { id: this.#ids, name, input, state: 'waiting', progress: null, failure: null, heardAtMs };
    });
    const replaced = new Set(added.map(({ name }) => name));
    const others = this.readings.filter(({ name, state }) => state !== 'failed' || !replaced.has(name));
    this.readings = [...others, ...added];
    void this.#readAll();
  }

  /** @param input in place of what failed */
  retry({ id, input }: Reading, instead: Reading['input'] = input): void {
    this.#change(id, { input: instead, state: 'waiting', failure: null, progress: null });
    void this.#readAll();
  }

  drop({ id }: Reading): void {
    this.readings = this.readings.filter((reading) => reading.id !== id);
  }

  heard(progress: SourceProgress): void {
    const known = this.readings.find(({ name, state }) => name === progress.name && state === 'going');
    const heardAtMs = Date.now();
    if (known) this.#change(known.id, { progress, heardAtMs });
    else {
      this.#ids += 1;
      const others = { id: this.#ids, input: null, state: 'going', failure: null } as const;
      this.readings = [...this.readings, { ...others, name: progress.name, progress, heardAtMs }];
    }
  }

  /** Null when it is known from now on. */
  async answer({ id }: Question, text: string): Promise<Failure | null> {
    const answer = await client.answerQuestion(this.tenantId, id, text);
    return this.#after(answer, () => this.setDraft(id, ''));
  }

  async dismiss({ id }: Question): Promise<Failure | null> {
    return this.#after(await client.dismissQuestion(this.tenantId, id), () => this.setDraft(id, ''));
  }

  /** The way back from `dismiss`. */
  async reopen({ id }: Question): Promise<Failure | null> {
    return this.#after(await client.reopenQuestion(this.tenantId, id));
  }

  async remove({ id }: Source): Promise<Failure | null> {
    return this.#after(await client.removeSource(this.tenantId, id));
  }

  async #after(answer: Answer<unknown>, settle: () => void = () => {}): Promise<Failure | null> {
    if (!answer.ok) return answer.failure;
    settle();
    await this.load();
    return null;
  }

  async #readAll(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#read(next);
    this.#reading = false;
  }

  #next(): Reading | undefined {
    return this.readings.find(({ state }) => state === 'waiting');
  }

  async #read(reading: Reading): Promise<void> {
    const { id, input, name } = reading;
    if (!input) return this.drop(reading);
    this.#change(id, { state: 'going' });
    const answer = await this.#send(name, input);
    if (!answer.ok) return this.#change(id, { state: 'failed', failure: answer.failure });
    this.drop(reading);
    await this.load();
  }

  async #send(name: string, input: File | PageRequest): Promise<Answer<{ source: Source }>> {
    if (!(input instanceof File)) return client.addSource(this.tenantId, input);
    if (input.size <= largestFileBytes) return client.uploadSource(this.tenantId, name, input);
    const { tooLarge, tooLargeHelp: help } = strings.knowledge.add;
    return { ok: false, failure: { code: 'document_too_large', message: tooLarge(name), help } };
  }

  #change(id: number, change: Partial<Reading>): void {
    this.readings = this.readings.map((reading) => (reading.id === id ? { ...reading, ...change } : reading));
  }
}

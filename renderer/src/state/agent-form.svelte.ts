import type {
  Pronunciation,
  Provider,
  ProviderChains,
  ProviderEntry,
  ProviderKind,
  Voices,
} from '../../../engine/api/contract/index.ts';
import { type Answer, client, type Failure } from '../client.ts';
import { strings } from '../strings.ts';
import { Loaded } from './loaded.svelte.ts';

export const providerKinds = ['stt', 'tts', 'llm'] as const satisfies readonly ProviderKind[];

/** A row of the dictionary as it is typed. */
export interface WordRow extends Pronunciation {
  readonly row: number;
}

/** A place of a chain as it is typed. `key` undefined: as it is stored; null: to be forgotten. */
export interface PlaceRow extends Omit<Provider, 'id' | 'model' | 'voice' | 'baseUrl'> {
  readonly row: number;
  readonly id: string | null;
  readonly model: string;
  readonly voice: string;
  readonly baseUrl: string;
  readonly key: string | null | undefined;
}

interface VoiceFields {
  readonly voice: string;
  readonly clonedVoiceId: string | null;
  readonly speed: number;
  readonly floorMs: number;
  readonly ceilingMs: number;
}

type Chains = Readonly<Record<ProviderKind, readonly PlaceRow[]>>;

/** How one business's agent sounds, as it is saved and as it is typed. What is typed is kept until it is saved. */
export class AgentForm {
  readonly tenantId: string;
  readonly stored = new Loaded<{ voices: Voices }>();
  readonly providers = new Loaded<ProviderChains>();
  /** Null: as it is stored. */
  #voice = $state.raw<VoiceFields | null>(null);
  #words = $state.raw<readonly WordRow[] | null>(null);
  #chains = $state.raw<Partial<Chains>>({});
  #rows = 0;
  saving = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** What is wrong with the dictionary is told once it was to be saved, or its rows were left. */
  checked = $state(false);
  savedOnce = $state(false);

  // No $derived: this outlives the page that made it.
  get voices(): Voices | null {
    return this.stored.value?.voices ?? null;
  }

  get voice(): VoiceFields | null {
    return this.#voice ?? (this.voices && fieldsOf(this.voices));
  }

  get words(): readonly WordRow[] {
    return this.#words ?? (this.voices?.dictionary ?? []).map((entry, row) => ({ ...entry, row }));
  }

  get chains(): Chains {
    const chainOf = (kind: ProviderKind) =>
      this.#chains[kind] ?? this.providers.value?.[kind].map(rowOf) ?? [];
    return { stt: chainOf('stt'), tts: chainOf('tts'), llm: chainOf('llm') };
  }

  get isDirty(): boolean {
    const { stt, tts, llm } = this.#chains;
    return this.#voice !== null || this.#words !== null || [stt, tts, llm].some(Boolean);
  }

  /** By row of the dictionary. */
  get wrongWords(): ReadonlyMap<number, string> {
    return troubleOf(this.words);
  }

  /** What is typed so far and can be said. */
  get goodWords(): Pronunciation[] {
    const wrong = this.wrongWords;
    return this.words.filter((entry) => isFilled(entry) && !wrong.has(entry.row)).map(entryOf);
  }

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  async load(): Promise<void> {
    await Promise.all([
      this.stored.load(client.voices(this.tenantId)),
      this.providers.load(client.providers(this.tenantId)),
    ]);
  }

  /** Takes over what another method of the API has answered. */
  take(voices: Voices): void {
    void this.stored.load(Promise.resolve({ ok: true, value: { voices } }));
  }

  set(change: Partial<VoiceFields>): void {
    if (!this.voice || !this.voices) return;
    const changed = { ...this.voice, ...change };
    this.#voice = same(changed, fieldsOf(this.voices)) ? null : changed;
  }

  setWords(words: readonly WordRow[]): void {
    const stored = this.voices?.dictionary ?? [];
    // As they are typed: a space between two words must not vanish while the second one is missing.
    const plain = ({ word, spoken }: Pronunciation) => ({ word, spoken });
    this.#words = same(words.map(plain), stored.map(plain)) ? null : words;
  }

  addWord(): number {
    this.#rows += 1;
    const row = -this.#rows;
    this.#words = [...this.words, { row, word: '', spoken: '' }];
    return row;
  }

  setChain(kind: ProviderKind, chain: readonly PlaceRow[]): void {
    const stored = this.providers.value?.[kind].map(rowOf) ?? [];
    this.#chains = { ...this.#chains, [kind]: same(chain, stored) ? undefined : chain };
  }

  addPlace(kind: ProviderKind, provider: Provider['provider']): void {
    this.#rows += 1;
    const health = { state: 'unused', trouble: null, troubleAtMs: null, wellAtMs: null } as const;
    const fields = { model: '', voice: '', baseUrl: '', key: undefined, hasKey: false, health };
    this.setChain(kind, [...this.chains[kind], { row: -this.#rows, id: null, provider, ...fields }]);
  }

  discard(): void {
    this.#voice = null;
    this.#words = null;
    this.#chains = {};
    this.failure = null;
    this.checked = false;
  }

  /** Whatever fails stays typed; what went well before it is saved. */
  async save(): Promise<void> {
    this.checked = true;
    if (this.saving || !this.isDirty || this.wrongWords.size > 0) return;
    this.saving = true;
    this.failure = await this.#saveAll();
    this.saving = false;
    this.savedOnce ||= this.failure === null;
  }

  async #saveAll(): Promise<Failure | null> {
    const voice = this.#voice;
    if (voice) {
      const { floorMs, ceilingMs, ...rest } = voice;
      const answer = await client.saveVoice(this.tenantId, { ...rest, turnTaking: { floorMs, ceilingMs } });
      if (!answer.ok) return answer.failure;
      await this.stored.load(Promise.resolve(answer));
      if (this.#voice === voice) this.#voice = null;
    }
    const words = this.#words;
    if (words) {
      const answer = await client.saveDictionary(this.tenantId, words.filter(isFilled).map(entryOf));
      if (!answer.ok) return answer.failure;
      await this.stored.load(Promise.resolve(answer));
      if (this.#words === words) this.#words = null;
    }
    for (const kind of providerKinds) {
      const chain = this.#chains[kind];
      if (!chain) continue;
      const answer: Answer<ProviderChains> = await client.saveProviders(
        this.tenantId,
        kind,
        chain.map(placeOf),
      );
      if (!answer.ok) return answer.failure;
      await this.providers.load(Promise.resolve(answer));
      if (this.#chains[kind] === chain) this.#chains = { ...this.#chains, [kind]: undefined };
      // Which services can copy a voice follows from the chain.
      if (kind === 'tts') await this.stored.load(client.voices(this.tenantId));
    }
    return null;
  }
}

const fieldsOf = ({ voice, clonedVoiceId, speed, turnTaking }: Voices): VoiceFields => ({
  ...{ voice, clonedVoiceId, speed },
  floorMs: turnTaking.floorMs,
  ceilingMs: turnTaking.ceilingMs,
});

export const entryOf = ({ word, spoken }: Pronunciation): Pronunciation => ({
  word: word.trim(),
  spoken: spoken.trim(),
});

const isFilled = ({ word, spoken }: Pronunciation): boolean => word.trim() !== '' || spoken.trim() !== '';

const rowOf = ({ model, voice, baseUrl, ...place }: Provider, row: number): PlaceRow => ({
  ...{ ...place, row, key: undefined },
  ...{ model: model ?? '', voice: voice ?? '', baseUrl: baseUrl ?? '' },
});

/** A place as it is sent; an empty field is the service's usual one. */
export function placeOf({ id, provider, model, voice, baseUrl, key }: PlaceRow): ProviderEntry {
  const text = (value: string): string | null => value.trim() || null;
  return {
    ...(id === null ? {} : { id }),
    ...{ provider, model: text(model), voice: text(voice), baseUrl: text(baseUrl) },
    ...(key === undefined ? {} : { key: key === null ? null : key.trim() || null }),
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function troubleOf(words: readonly WordRow[]): ReadonlyMap<number, string> {
  const { needsWord, needsSpoken, twice } = strings.agent.dictionary;
  const seen = new Set<string>();
  const wrong = new Map<number, string>();
  for (const entry of words.filter(isFilled)) {
    const name = entry.word.normalize('NFC').trim().toLowerCase();
    if (!/[\p{L}\p{N}]/u.test(name)) wrong.set(entry.row, needsWord);
    else if (entry.spoken.trim() === '') wrong.set(entry.row, needsSpoken);
    else if (seen.has(name)) wrong.set(entry.row, twice);
    seen.add(name);
  }
  return wrong;
}

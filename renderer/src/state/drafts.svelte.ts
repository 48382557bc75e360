interface Kept {
  readonly draft: object;
  /** As it was before anything was typed, as JSON. */
  readonly fresh: string;
}

/** What is typed into forms: it stays while other pages are looked at, until it is saved or thrown away. */
export class Drafts {
  readonly #kept = new Map<string, Kept>();

  /** The draft of that name, reactive; made of `fresh` where nothing is typed yet. */
  of<T extends object>(name: string, fresh: () => T): T {
    const kept = this.#kept.get(name);
    if (kept) return kept.draft as T;
    const draft = $state(fresh());
    this.#kept.set(name, { draft, fresh: JSON.stringify(draft) });
    return draft;
  }

  drop(name: string): void {
    this.#kept.delete(name);
  }

  get isDirty(): boolean {
    return [...this.#kept.values()].some(({ draft, fresh }) => JSON.stringify(draft) !== fresh);
  }
}

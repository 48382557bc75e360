/** Where a text that is listened for may stand: a state of an automaton over the recogniser's tokens. */
export class GrammarState {
  #next: Map<number, GrammarState> | null = null;
  readonly #also: { readonly state: GrammarState; readonly bonus: number }[] = [];
  readonly #isEnd: boolean;
  readonly #isFree: boolean;
  #fill: ((state: GrammarState) => void) | null;
  #arcs: Arcs | null = null;

  /**
   * @param isEnd the text may end here
   * @param isFree from here on anything may follow, and the text may end
   * @param fill says what may follow, when it is first asked for
   */
  constructor({
    isEnd = false,
    isFree = false,
    fill = null,
  }: { isEnd?: boolean; isFree?: boolean; fill?: ((state: GrammarState) => void) | null } = {}) {
    this.#isEnd = isEnd || isFree;
    this.#isFree = isFree;
    this.#fill = fill;
  }

  /** What is said from here on may also be what is said from `state` on; `bonus` is added to its log-probability. */
  orFrom(state: GrammarState, bonus = 0): void {
    this.#also.push({ state, bonus });
    this.#arcs = null;
  }

  /** A text that leads from here to `to`. One that the vocabulary cannot write (null) is left out. */
  say(tokens: readonly number[] | null, to: GrammarState, bonus = 0): void {
    if (!tokens || tokens.length === 0) return;
    let state: GrammarState = this;
    for (const token of tokens) state = state.#after(token);
    state.orFrom(to, bonus);
  }

  /** The tokens that may come next, and whether the text may end; what can be reached in several ways counts once. */
  arcs(): Arcs {
    this.#arcs ??= this.#gather();
    return this.#arcs;
  }

  /** Whether exactly this may be said from here on. */
  accepts(tokens: readonly number[]): boolean {
    let states = this.#reached();
    for (const token of tokens) {
      const next = [...states.keys()].flatMap((state) => state.#next?.get(token) ?? []);
      states = new Map(next.flatMap((state) => [...state.#reached()]));
      // What is said freely is not held against the grammar.
      if ([...states.keys()].some((state) => state.#isFree)) return true;
    }
    return [...states.keys()].some((state) => state.#isEnd);
  }

  #after(token: number): GrammarState {
    this.#arcs = null;
    this.#next ??= new Map();
    let state = this.#next.get(token);
    if (!state) {
      state = new GrammarState();
      this.#next.set(token, state);
    }
    return state;
  }

  #filled(): void {
    const fill = this.#fill;
    this.#fill = null;
    fill?.(this);
  }

  /** Where one stands here without a further token, each with its best bonus. */
  #reached(): Map<GrammarState, number> {
    const best = new Map<GrammarState, number>();
    const reach = (state: GrammarState, bonus: number): void => {
      if ((best.get(state) ?? Number.NEGATIVE_INFINITY) >= bonus) return;
      best.set(state, bonus);
      state.#filled();
      for (const also of state.#also) reach(also.state, bonus + also.bonus);
    };
    reach(this, 0);
    return best;
  }

  #gather(): Arcs {
    const best = this.#reached();
    const steps = [...best].flatMap(([from, bonus]) =>
      [...(from.#next ?? [])].map(([token, state]) => ({ token, state, bonus })),
    );
    const ends = [...best].flatMap(([state, bonus]) => (state.#isEnd ? [bonus] : []));
    const free = [...best.keys()].find((state) => state.#isFree) ?? null;
    return { steps, free, end: ends.length > 0 ? Math.max(...ends) : null };
  }
}

export interface Arcs {
  readonly steps: readonly { readonly token: number; readonly state: GrammarState; readonly bonus: number }[];
  /** Where any token leads to; null where only those of `steps` may come. */
  readonly free: GrammarState | null;
  /** What ending here adds to the log-probability; null where the text cannot end. */
  readonly end: number | null;
}

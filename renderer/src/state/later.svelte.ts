import type { Answer, Failure } from '../client.ts';

const graceMs = 10_000;

/** Something that is done unless it is undone within ten seconds, and at once where the page is left. */
export class Later {
  /** Id of what is to go, and how it is called. */
  waiting = $state.raw<{ readonly id: string; readonly name: string } | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** From the moment it is asked of the box there is no way back. */
  canUndo = $state(false);
  #act: (() => Promise<Answer<unknown>>) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What waits already is done first. */
  start(what: { readonly id: string; readonly name: string }, act: () => Promise<Answer<unknown>>): void {
    void this.finish();
    this.failure = null;
    this.waiting = what;
    this.#act = act;
    this.canUndo = true;
    this.#timer = setTimeout(() => void this.finish(), graceMs);
  }

  undo(): void {
    if (!this.canUndo) return;
    clearTimeout(this.#timer);
    this.#act = null;
    this.canUndo = false;
    this.waiting = null;
  }

  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    const act = this.#act;
    this.#act = null;
    this.canUndo = false;
    if (!act) return;
    const answer = await act();
    // Meanwhile the next one may wait.
    if (!this.#act) this.waiting = null;
    if (!answer.ok) this.failure = answer.failure;
  }
}

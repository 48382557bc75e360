import { keep, kept } from '../kept.ts';
import { type Theme, themes } from '../themes.ts';

/** How the frame looks to whoever sits here. */
export class Look {
  #theme = $state<Theme>(themes.find((theme) => theme === kept('theme')) ?? 'system');
  /** The rail shows its icons alone. */
  #narrow = $state(kept('rail') === 'narrow');

  constructor() {
    this.#paint();
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    keep('theme', theme);
    this.#paint();
  }

  get narrow(): boolean {
    return this.#narrow;
  }

  turnRail(): void {
    this.#narrow = !this.#narrow;
    keep('rail', this.#narrow ? 'narrow' : 'wide');
  }

  #paint(): void {
    if (this.#theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.#theme;
  }
}

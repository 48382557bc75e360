import { keepList, keptList } from '../kept.ts';
import { isTyping } from '../list-keys.ts';

/** `all`: whatever can be gone to or done; `businesses`: them alone; `keys`: what the keyboard can do. */
export type PaletteMode = 'all' | 'businesses' | 'keys';

const recentShown = 5;
const recentBusinesses = 3;

/** What the command palette is open for, and what was chosen in it last. */
export class Palette {
  mode = $state<PaletteMode | null>(null);
  /** Ids of what was chosen, the latest first. What belongs to a caller is forgotten with the page. */
  recent = $state.raw<readonly string[]>(keptList('recent'));
  businesses = $state.raw<readonly string[]>(keptList('businesses'));

  open(mode: PaletteMode = 'all'): void {
    this.mode = mode;
  }

  close(): void {
    this.mode = null;
  }

  chose(id: string, { kept }: { readonly kept: boolean }): void {
    this.recent = latest(id, this.recent, recentShown);
    if (kept) keepList('recent', latest(id, keptList('recent'), recentShown));
  }

  choseBusiness(tenantId: string): void {
    this.businesses = latest(tenantId, this.businesses, recentBusinesses);
    keepList('businesses', this.businesses);
  }

  /** Ctrl or Cmd with K from anywhere, ? where nothing is being typed. */
  onkeydown(event: KeyboardEvent): void {
    const withK = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k';
    if (!withK && (event.key !== '?' || isTyping(event.target))) return;
    event.preventDefault();
    const wanted = withK ? 'all' : 'keys';
    this.mode = this.mode === wanted ? null : wanted;
  }
}

const latest = (id: string, before: readonly string[], most: number): readonly string[] =>
  [id, ...before.filter((other) => other !== id)].slice(0, most);

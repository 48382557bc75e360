const prefix = 'voxbox.';

/** What this browser keeps for whoever sits at it: no names, no numbers of callers. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}

/** Words without spaces. */
export const keptList = (name: string): readonly string[] => kept(name)?.split(' ').filter(Boolean) ?? [];

export const keepList = (name: string, values: readonly string[]): void => keep(name, values.join(' '));

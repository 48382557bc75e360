import type { Box } from '../../store/index.ts';
import { newLink } from './accounts.ts';

/** What lets the person who starts the engine in, once. */
export interface Entrance {
  /** `welcome`: the box has no owner yet, and whoever has this becomes one. */
  readonly kind: 'welcome' | 'sign-in';
  readonly token: string;
}

const welcomeLastsMs = 7 * 86_400_000;
/** The desktop window opens at once. */
const signInLastsMs = 60_000;

/** A new one each time; the one before it makes no owner any more. */
export function makeEntrance(box: Box): Entrance {
  const owner = box.users.owner();
  if (owner) {
    const { token } = newLink(box, { kind: 'sign-in', userId: owner.id, lastsMs: signInLastsMs });
    return { kind: 'sign-in', token };
  }
  box.links.clear('welcome');
  const { token } = newLink(box, { kind: 'welcome', lastsMs: welcomeLastsMs });
  return { kind: 'welcome', token };
}

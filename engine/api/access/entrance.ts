import type { Box } from '../../store/index.ts';
import { newToken } from './accounts.ts';
import { hashOf } from './who.ts';

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
  const token = newToken();
  const tokenHash = hashOf(token);
  const owner = box.users.owner();
  if (owner) {
    box.links.add({ kind: 'sign-in', userId: owner.id, tokenHash, lastsMs: signInLastsMs });
    return { kind: 'sign-in', token };
  }
  box.links.clear('welcome');
  box.links.add({ kind: 'welcome', tokenHash, lastsMs: welcomeLastsMs });
  return { kind: 'welcome', token };
}

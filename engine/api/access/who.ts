import { createHash, timingSafeEqual } from 'node:crypto';
import { type Clock, VoxboxError } from '../../foundation/index.ts';
import type { Box, Session, User } from '../../store/index.ts';
import type { ScopedRights, TenantRole } from '../contract/index.ts';
import { sessionToken } from './cookies.ts';

/** Who asks. */
export interface Who {
  readonly kind: 'user' | 'token' | 'command-line' | 'nobody';
  /** Of the user or the token. */
  readonly id: string | null;
  readonly name: string;
  /** Null for nobody. */
  readonly rights: ScopedRights | null;
  /** Null for programs. */
  readonly session: Session | null;
  /** Where the request came from. */
  readonly address: string;
}

/** What a request brings along to show who it is from. */
export interface Credentials {
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
  readonly address: string;
}

/**
 * `looking`: it is not them who ask now, so that their session grows old meanwhile.
 *
 * @throws VoxboxError `sign_in_required` for a token that is not good
 */
export type WhoIs = (credentials: Credentials, options?: { readonly looking?: boolean }) => Who;

/** A session or token is written down as used once a minute: a page asks many times a second. */
const usedEveryMs = 60_000;

/** 256 random bits need no stretching: whoever has the hash cannot find them. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const owner: ScopedRights = { boxRole: 'owner', roles: {}, resells: [] };

const nobodyAt = (address: string): Who => ({
  ...{ kind: 'nobody', id: null, name: 'nobody', rights: null, session: null, address },
});

export const commandLineAt = (address: string): Who => ({
  ...{ kind: 'command-line', id: null, name: 'command line', rights: owner, session: null, address },
});

export interface WhoParts {
  readonly box: Box;
  readonly clock: Clock;
  /** Of the command line; null: it is not let in. */
  readonly localKey: string | null;
}

export function createWhoIs({ box, clock, localKey }: WhoParts): WhoIs {
  const localHash = localKey === null ? null : hashOf(localKey);
  const isDue = (usedAtMs: number | null): boolean => clock.nowMs() - (usedAtMs ?? 0) >= usedEveryMs;

  const bearer = (given: string, address: string, looking: boolean): Who => {
    const hash = hashOf(given);
    if (localHash && timingSafeEqual(hash, localHash)) return commandLineAt(address);
    const token = box.apiTokens.find(hash);
    if (!token) throw new VoxboxError('sign_in_required', 'the token is not known, or was revoked');
    if (!looking && isDue(token.usedAtMs)) box.apiTokens.touch(token.id);
    const { id, name, tenantId, scopes } = token;
    const rights: ScopedRights = { boxRole: null, roles: { [tenantId]: 'owner' }, resells: [], scopes };
    return { kind: 'token', id, name, rights, session: null, address };
  };

  return ({ cookie, authorization, address }, { looking = false } = {}) => {
    const given = /^Bearer ([\w-]{20,200})$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined) return bearer(given, address, looking);
    if (authorization !== undefined) {
      throw new VoxboxError('sign_in_required', 'only tokens of this box are taken: Authorization: Bearer …');
    }
    const token = sessionToken(cookie);
    const session = token === null ? null : box.sessions.find(hashOf(token));
    const user = session ? box.users.find(session.userId) : null;
    if (!session || !user) return nobodyAt(address);
    if (!looking && isDue(session.usedAtMs)) box.sessions.touch(session.id);
    return userAt(address, { user, session, box, nowMs: clock.nowMs() });
  };
}

interface SignedIn {
  readonly user: User;
  readonly session: Session;
  readonly box: Box;
  readonly nowMs: number;
}

export function userAt(address: string, signedIn: SignedIn): Who {
  const { user, session } = signedIn;
  return { kind: 'user', id: user.id, name: user.name, rights: rightsOf(signedIn), session, address };
}

function rightsOf({ user, session, box, nowMs }: SignedIn): ScopedRights {
  const { boxRole, id } = user;
  const roles: Record<string, TenantRole> = {};
  for (const { tenantId, role } of box.memberships.ofUser(id)) roles[tenantId] = role;
  const resells = boxRole === 'reseller' ? box.resellers.tenantsOf(id) : [];
  const acting = actingOf(session, nowMs);
  // Only for as long as the business is theirs.
  if (acting && resells.includes(acting.tenantId)) roles[acting.tenantId] = 'owner';
  return { boxRole, roles, resells };
}

/** The business that somebody acts as now. */
export function actingOf(
  session: Session | null,
  nowMs: number,
): { readonly tenantId: string; readonly untilMs: number } | null {
  const { actingTenantId: tenantId = null, actingUntilMs: untilMs = null } = session ?? {};
  return tenantId !== null && untilMs !== null && untilMs > nowMs ? { tenantId, untilMs } : null;
}

import { systemIds } from '../../foundation/index.ts';
import type { Box, BoxRole, TenantRole } from '../../store/index.ts';
import { pageHeader } from './access.ts';
import { newToken } from './accounts.ts';
import { sessionCookie } from './cookies.ts';
import { hashOf } from './who.ts';

export interface FakePerson {
  readonly userId: string;
  /** What their browser sends along. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Fake: somebody who is signed in without ever having had a password. */
export function fakeSession(
  box: Box,
  { boxRole = null, roles = {} }: { boxRole?: BoxRole | null; roles?: Readonly<Record<string, TenantRole>> },
): FakePerson {
  const email = `${systemIds.uuid()}@example.com`;
  const { id: userId } = box.users.add({ email, name: 'Fake person', boxRole, passwordHash: null });
  for (const [tenantId, role] of Object.entries(roles)) box.memberships.set({ tenantId, userId, role });
  const token = newToken();
  box.sessions.begin({ userId, tokenHash: hashOf(token), address: '127.0.0.1', userAgent: 'a test' });
  const [cookie = ''] = sessionCookie(token, 'localhost').split(';');
  return { userId, headers: { cookie, [pageHeader]: '1' } };
}

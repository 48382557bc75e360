import { VoxboxError } from '../../foundation/index.ts';
import { type Box, emailOf, type Link, type Membership, type User as StoredUser } from '../../store/index.ts';
import type { Invitation, Member, User } from '../contract/index.ts';
import type { Serve } from '../method-server.ts';
import { type Accounts, type NewLinkToken, newLink, setPassword } from './accounts.ts';

const invitationLastsMs = 7 * 86_400_000;
const passwordLinkLastsMs = 86_400_000;
const removed = { removed: true } as const;

interface UserRouteParts {
  readonly box: Box;
  readonly accounts: Accounts;
}

const invitationOf = ({ id, email, boxRole, tenantRole, createdAtMs, expiresAtMs }: Link): Invitation => ({
  ...{ id, email: email ?? '', boxRole, tenantRole, createdAtMs, expiresAtMs },
});

const seenAtMs = (box: Box, userId: string): number | null =>
  box.sessions.ofUser(userId)[0]?.usedAtMs ?? null;

/** Who works for a business. */
export function serveMembers(serve: Serve, { box }: Pick<UserRouteParts, 'box'>): void {
  const memberOf = (tenantId: string, userId: string): Member => {
    const [user, membership] = [box.users.find(userId), box.memberships.find(tenantId, userId)];
    if (!user || !membership) throw new VoxboxError('not_found', `there is no user ${userId}`);
    const { id, email, name, hasTotp } = user;
    return { id, email, name, hasTotp, role: membership.role, seenAtMs: seenAtMs(box, id) };
  };

  serve('member.list', ({ id }) => ({
    members: box.memberships
      .ofTenant(id)
      .map(({ userId }) => memberOf(id, userId))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
    invitations: box.links.invitations(id).map(invitationOf),
  }));
  serve('member.invite', ({ id, body, reply }) => {
    const { link, token } = inviteMember(box, { tenantId: id, ...body });
    reply.code(201);
    return { invitation: invitationOf(link), link: { token, expiresAtMs: link.expiresAtMs } };
  });
  serve('member.uninvite', ({ id, query }) => {
    box.links.removeInvitation(query.tenant, id);
    return removed;
  });
  serve('member.change', ({ id, query: { tenant }, body }) => {
    memberOf(tenant, id);
    box.memberships.set({ tenantId: tenant, userId: id, role: body.role });
    return { member: memberOf(tenant, id) };
  });
  serve('member.remove', ({ id, query }) => {
    box.memberships.remove(query.tenant, id);
    return removed;
  });
}

/** @throws VoxboxError `input_invalid`, `user_exists` */
export function inviteMember(
  box: Box,
  { tenantId, role, ...given }: Omit<Membership, 'userId'> & { readonly email: string },
): NewLinkToken {
  const email = emailOf(given.email);
  const known = box.users.findByEmail(email);
  if (known && box.memberships.find(tenantId, known.id)) {
    throw new VoxboxError('user_exists', `${email} works for the business already`);
  }
  return newLink(box, {
    ...{ kind: 'invitation', email, tenantId, tenantRole: role, lastsMs: invitationLastsMs },
  });
}

/** Everybody who has an account on the box. */
export function serveUsers(serve: Serve, { box, accounts }: UserRouteParts): void {
  const userAnswer = ({ hasPassword: _, ...user }: StoredUser): User => ({
    ...user,
    seenAtMs: seenAtMs(box, user.id),
    memberships: box.memberships.ofUser(user.id).map(({ tenantId, role }) => ({
      ...{ tenantId, role, tenantName: box.tenants.find(tenantId)?.name ?? '' },
    })),
  });
  const known = (id: string): StoredUser => {
    const user = box.users.find(id);
    if (!user) throw new VoxboxError('not_found', `there is no user ${id}`);
    return user;
  };

  serve('user.list', () => ({
    users: box.users.list().map(userAnswer),
    invitations: box.links.invitations(null).map(invitationOf),
  }));
  serve('user.add', async ({ body: { membership, password, ...user }, reply }) => {
    const passwordHash = await accounts.hash(password);
    const added = box.transaction(() => {
      const made = box.users.add({ ...user, passwordHash });
      if (membership) addMember(box, { ...membership, userId: made.id });
      return made;
    });
    reply.code(201);
    return { user: userAnswer(added) };
  });
  serve('user.invite', ({ body, reply }) => {
    const { link, token } = newLink(box, {
      ...{ kind: 'invitation', email: emailOf(body.email), boxRole: body.boxRole },
      lastsMs: invitationLastsMs,
    });
    reply.code(201);
    return { invitation: invitationOf(link), link: { token, expiresAtMs: link.expiresAtMs } };
  });
  serve('user.uninvite', ({ id }) => {
    box.links.removeInvitation(null, id);
    return removed;
  });
  serve('user.change', ({ id, body }) => ({ user: userAnswer(box.users.change(id, body)) }));
  serve('user.remove', ({ id }) => {
    box.users.remove(id);
    return removed;
  });
  serve('user.setPassword', async ({ id, body }) => {
    const user = known(id);
    const hash = await accounts.hash(body.password);
    setPassword(box, user.id, hash);
    return { user: userAnswer(known(id)) };
  });
  serve('user.link', ({ id }) => {
    const { link, token } = passwordLink(box, known(id).id);
    return { link: { token, expiresAtMs: link.expiresAtMs } };
  });
}

/** @throws VoxboxError `tenant_unknown` */
export function addMember(box: Box, membership: Parameters<Box['memberships']['set']>[0]): void {
  if (!box.tenants.find(membership.tenantId)) {
    throw new VoxboxError('tenant_unknown', `there is no tenant ${membership.tenantId}`);
  }
  box.memberships.set(membership);
}

/** With which somebody chooses a new password. */
export const passwordLink = (box: Box, userId: string): NewLinkToken =>
  newLink(box, { kind: 'password', userId, lastsMs: passwordLinkLastsMs });

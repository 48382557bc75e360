import type { BoxRole, Invitation, Member, TenantRole, User } from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';

interface NewLink {
  readonly token: string;
  readonly expiresAtMs: number;
}
type Invited = { invitation: Invitation; link: NewLink };
type Removed = { removed: true };

/** Who works for a business, and everybody who has an account. */
export const usersClient = {
  members: (tenant: string) =>
    ask<{ members: Member[]; invitations: Invitation[] }>(withId('member.list', tenant)),
  inviteMember: (tenant: string, email: string, role: TenantRole) =>
    ask<Invited>(withId('member.invite', tenant), json('POST', { email, role })),
  uninviteMember: (tenant: string, id: string) =>
    ask<Removed>(ofTenant('member.uninvite', id, tenant), { method: 'DELETE' }),
  changeMember: (tenant: string, id: string, role: TenantRole) =>
    ask<{ member: Member }>(ofTenant('member.change', id, tenant), json('PATCH', { role })),
  removeMember: (tenant: string, id: string) =>
    ask<Removed>(ofTenant('member.remove', id, tenant), { method: 'DELETE' }),
  users: () => ask<{ users: User[]; invitations: Invitation[] }>(paths['user.list']),
  inviteUser: (email: string, boxRole: BoxRole) =>
    ask<Invited>(paths['user.invite'], json('POST', { email, boxRole })),
  uninviteUser: (id: string) => ask<Removed>(withId('user.uninvite', id), { method: 'DELETE' }),
  changeUser: (id: string, boxRole: BoxRole | null) =>
    ask<{ user: User }>(withId('user.change', id), json('PATCH', { boxRole })),
  removeUser: (id: string) => ask<Removed>(withId('user.remove', id), { method: 'DELETE' }),
  passwordLink: (id: string) => ask<{ link: NewLink }>(withId('user.link', id), { method: 'POST' }),
};

import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, removed } from './scope.ts';
import { boxRoleModel, newPassword, tenantRoleModel } from './session.ts';

/** Who works for a business, and who has an account on the box. Browser-safe, as the whole contract. */

export const emailModel = z.string().trim().min(3).max(254);
const name = z.string().trim().min(1).max(80);

export const invitationModel = z.object({
  id: z.string(),
  email: z.string(),
  boxRole: boxRoleModel.nullable(),
  tenantRole: tenantRoleModel.nullable(),
  createdAtMs: z.number().int(),
  expiresAtMs: z.number().int(),
});

export const memberModel = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: tenantRoleModel,
  hasTotp: z.boolean(),
  /** When a browser of theirs asked last; null: it is long ago, or never. */
  seenAtMs: z.number().int().nullable(),
});

export const userModel = memberModel.omit({ role: true }).extend({
  boxRole: boxRoleModel.nullable(),
  createdAtMs: z.number().int(),
  memberships: z.array(z.object({ tenantId: z.string(), tenantName: z.string(), role: tenantRoleModel })),
});

/** To be handed over as it is: it is not kept and cannot be shown again. */
export const linkTokenModel = z.object({ token: z.string(), expiresAtMs: z.number().int() });
const invited = z.object({ invitation: invitationModel, link: linkTokenModel });
const user = z.object({ user: userModel });

/** `:id` is the tenant's where the path says so, else the user's or the invitation's. */
export const userMethods = {
  'member.list': {
    verb: 'GET',
    path: paths['member.list'],
    query: nothing,
    answer: z.object({ members: z.array(memberModel), invitations: z.array(invitationModel) }),
  },
  'member.invite': {
    verb: 'POST',
    path: paths['member.invite'],
    query: nothing,
    body: z.strictObject({ email: emailModel, role: tenantRoleModel }),
    answer: invited,
  },
  'member.uninvite': { verb: 'DELETE', path: paths['member.uninvite'], query: ofTenant, answer: removed },
  'member.change': {
    verb: 'PATCH',
    path: paths['member.change'],
    query: ofTenant,
    body: z.strictObject({ role: tenantRoleModel }),
    answer: z.object({ member: memberModel }),
  },
  /** Their account stays, for other businesses. */
  'member.remove': { verb: 'DELETE', path: paths['member.remove'], query: ofTenant, answer: removed },

  'user.list': {
    verb: 'GET',
    path: paths['user.list'],
    query: nothing,
    answer: z.object({ users: z.array(userModel), invitations: z.array(invitationModel) }),
  },
  'user.add': {
    verb: 'POST',
    path: paths['user.add'],
    query: nothing,
    body: z.strictObject({
      email: emailModel,
      name,
      password: newPassword,
      boxRole: boxRoleModel.nullable().default(null),
      membership: z.strictObject({ tenantId: z.uuid(), role: tenantRoleModel }).optional(),
    }),
    answer: user,
  },
  'user.invite': {
    verb: 'POST',
    path: paths['user.invite'],
    query: nothing,
    body: z.strictObject({ email: emailModel, boxRole: boxRoleModel }),
    answer: invited,
  },
  'user.uninvite': { verb: 'DELETE', path: paths['user.uninvite'], query: nothing, answer: removed },
  'user.change': {
    verb: 'PATCH',
    path: paths['user.change'],
    query: nothing,
    body: z.strictObject({ name: name.optional(), boxRole: boxRoleModel.nullable().optional() }),
    answer: user,
  },
  'user.remove': { verb: 'DELETE', path: paths['user.remove'], query: nothing, answer: removed },
  /** Ends their sessions, and forgets their app. */
  'user.setPassword': {
    verb: 'PUT',
    path: paths['user.setPassword'],
    query: nothing,
    body: z.strictObject({ password: newPassword }),
    answer: user,
  },
  /** A link with which they choose a new password, good for a day. */
  'user.link': {
    verb: 'POST',
    path: paths['user.link'],
    query: nothing,
    answer: z.object({ link: linkTokenModel }),
  },
} as const;

export type Invitation = z.infer<typeof invitationModel>;
export type Member = z.infer<typeof memberModel>;
export type User = z.infer<typeof userModel>;

import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** Who somebody is, and how they prove it. Browser-safe, as the whole contract. */

export const boxRoleModel = z.enum(['owner', 'technician', 'reseller']);
export const tenantRoleModel = z.enum(['owner', 'admin', 'member']);

/** What somebody may do; `access.ts` says what that lets them ask. */
export const rightsModel = z.object({
  boxRole: boxRoleModel.nullable(),
  /** By id of the business. */
  roles: z.record(z.string(), tenantRoleModel),
  /** Businesses that are theirs as a reseller. */
  resells: z.array(z.string()),
});

export const personModel = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  hasTotp: z.boolean(),
  rights: rightsModel,
  /** The business that a reseller acts as for a while. */
  acting: z.object({ tenantId: z.string(), untilMs: z.number().int() }).nullable(),
});

export const sessionModel = z.object({
  id: z.string(),
  createdAtMs: z.number().int(),
  usedAtMs: z.number().int(),
  address: z.string(),
  userAgent: z.string(),
  /** The one that asks. */
  own: z.boolean(),
});

export const linkKindModel = z.enum(['welcome', 'invitation', 'password', 'sign-in']);

/** What a link is for, told to whoever has it. */
export const linkModel = z.object({
  kind: linkKindModel,
  email: z.string().nullable(),
  /** Of the business that somebody is invited to. */
  business: z.string().nullable(),
  boxRole: boxRoleModel.nullable(),
  tenantRole: tenantRoleModel.nullable(),
  /** They have an account already: they sign in to take the invitation. */
  known: z.boolean(),
});

const email = z.string().trim().min(3).max(254);
const name = z.string().trim().min(1).max(80);
/** Of what is typed; an old one may be shorter than a new one has to be. */
const password = z.string().min(1).max(200);
export const shortestPassword = 10;
export const newPassword = z
  .string()
  .min(shortestPassword, `must have at least ${shortestPassword} characters`)
  .max(200);
/** Six digits of the app, or a recovery code. */
const code = z.string().trim().min(6).max(20);
const token = z.string().min(20).max(100);
const person = z.object({ person: personModel });
const id = z.string().min(1).max(64);

export const sessionMethods = {
  /** `unowned`: the box has no owner yet; the engine printed a link that makes one. */
  'session.read': {
    verb: 'GET',
    path: paths['session.read'],
    query: nothing,
    answer: z.object({
      state: z.enum(['unowned', 'signed-out', 'signed-in']),
      person: personModel.nullable(),
    }),
  },
  /** Sets a cookie. `code_required` where the account is protected by an app as well. */
  'session.signIn': {
    verb: 'POST',
    path: paths['session.signIn'],
    query: nothing,
    body: z.strictObject({ email, password, code: code.optional() }),
    answer: person,
  },
  'session.signOut': {
    verb: 'DELETE',
    path: paths['session.signOut'],
    query: nothing,
    answer: z.object({ ended: z.literal(true) }),
  },
  /** Browsers in which they are signed in, the latest used first. */
  'session.list': {
    verb: 'GET',
    path: paths['session.list'],
    query: nothing,
    answer: z.object({ sessions: z.array(sessionModel) }),
  },
  'session.end': {
    verb: 'DELETE',
    path: paths['session.end'],
    query: nothing,
    answer: z.object({ ended: z.literal(true) }),
  },
  /** For an hour, as an owner of that business. */
  'session.actAs': {
    verb: 'POST',
    path: paths['session.actAs'],
    query: nothing,
    body: z.strictObject({ tenantId: id }),
    answer: person,
  },
  'session.stopActing': {
    verb: 'DELETE',
    path: paths['session.stopActing'],
    query: nothing,
    answer: person,
  },
  'link.read': {
    verb: 'POST',
    path: paths['link.read'],
    query: nothing,
    body: z.strictObject({ token }),
    answer: z.object({ link: linkModel }),
  },
  /**
   * Once. Signs in: `welcome` with name, e-mail and password makes the owner of the box, `invitation` with name and
   * password a user; one who has an account is signed in already. `password` takes a new one, `sign-in` nothing.
   */
  'link.use': {
    verb: 'POST',
    path: paths['link.use'],
    query: nothing,
    body: z.strictObject({
      token,
      name: name.optional(),
      email: email.optional(),
      password: newPassword.optional(),
    }),
    answer: person,
  },
  'account.change': {
    verb: 'PATCH',
    path: paths['account.change'],
    query: nothing,
    body: z.strictObject({ name }),
    answer: person,
  },
  /** Ends their other sessions. */
  'account.setPassword': {
    verb: 'PUT',
    path: paths['account.setPassword'],
    query: nothing,
    body: z.strictObject({ current: password, password: newPassword }),
    answer: person,
  },
  /** A secret for an app that shows codes; it is kept once a code of it is confirmed. */
  'account.beginTotp': {
    verb: 'POST',
    path: paths['account.beginTotp'],
    query: nothing,
    answer: z.object({
      /** Base32 (RFC 4648 §6), as an app takes it by hand. */
      secret: z.string(),
      /** For a QR code. */
      uri: z.string(),
    }),
  },
  'account.confirmTotp': {
    verb: 'PUT',
    path: paths['account.confirmTotp'],
    query: nothing,
    body: z.strictObject({ secret: z.string().min(16).max(64), code, password }),
    answer: z.object({
      /** Each is good for one sign-in without the app. Shown once. */
      recoveryCodes: z.array(z.string()),
    }),
  },
  'account.removeTotp': {
    verb: 'POST',
    path: paths['account.removeTotp'],
    query: nothing,
    body: z.strictObject({ password }),
    answer: person,
  },
} as const;

export type BoxRole = z.infer<typeof boxRoleModel>;
export type TenantRole = z.infer<typeof tenantRoleModel>;
export type Rights = z.infer<typeof rightsModel>;
export type Person = z.infer<typeof personModel>;
export type SignedInAt = z.infer<typeof sessionModel>;
export type LinkPurpose = z.infer<typeof linkModel>;
export type LinkUse = z.infer<(typeof sessionMethods)['link.use']['body']>;
export type SessionState = z.infer<(typeof sessionMethods)['session.read']['answer']>;

import { randomBytes } from 'node:crypto';
import { type Clock, VoxboxError } from '../../foundation/index.ts';
import type { Box, Link, NewLink, Session, User } from '../../store/index.ts';
import type { LinkPurpose, LinkUse, Person } from '../contract/index.ts';
import { createWaits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { base32, fromBase32, stepOf, totpUri } from './totp.ts';
import { actingOf, hashOf, userAt, type Who } from './who.ts';

/** The browser that is signed in. */
export interface Browser {
  readonly address: string;
  readonly userAgent: string;
  /** Part of the transaction that lets them in. */
  readonly entered: (who: Who) => void;
}

export interface SignIn extends Browser {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

export interface SignedIn {
  readonly who: Who;
  /** For the cookie; the store keeps its hash alone. */
  readonly token: string;
}

export interface NewLinkToken {
  readonly link: Link;
  readonly token: string;
}

/** Proves who somebody is, and lets them change how. */
export interface Accounts {
  /**
   * An unknown address and a wrong password are answered alike, after the same time.
   *
   * @throws VoxboxError `sign_in_refused`, `code_required`, `too_many_requests`
   */
  signIn(signIn: SignIn): Promise<SignedIn>;
  /** @throws VoxboxError `link_unusable` */
  readLink(token: string): LinkPurpose;
  /** @throws VoxboxError `link_unusable`, `input_invalid`, `sign_in_required`, `user_exists` */
  useLink(use: LinkUse, asker: { readonly who: Who; readonly browser: Browser }): Promise<SignedIn>;
  person(who: Who): Person;
  /** @throws VoxboxError `not_allowed` for a program, `sign_in_refused` */
  verified(who: Who, password: string): Promise<User>;
  beginTotp(who: Who): { readonly secret: string; readonly uri: string };
  /** Recovery codes. @throws VoxboxError `sign_in_refused` */
  confirmTotp(who: Who, totp: { secret: string; code: string; password: string }): Promise<string[]>;
  hash(password: string): Promise<string>;
}

export interface AccountParts {
  readonly box: Box;
  readonly clock: Clock;
  readonly passwords: Passwords;
}

const tokenBytes = 32;
const totpSecretBytes = 20;
const recoveryCodes = 10;
const recoveryBytes = 6;
/** One account tried from one address; one account, or one address, altogether. */
const strict = { free: 5, firstMs: 2000, longestMs: 15 * 60_000 } as const;
const wide = { free: 20, firstMs: 1000, longestMs: 60_000 } as const;

export const newToken = (): string => randomBytes(tokenBytes).toString('base64url');

/** A link, and the token that leads to it: the store keeps its hash alone. */
export function newLink(box: Box, of: Omit<NewLink, 'tokenHash'>): NewLinkToken {
  const token = newToken();
  return { token, link: box.links.add({ ...of, tokenHash: hashOf(token) }) };
}

/** For one who cannot get in: what they had is gone with the old password. */
export function setPassword(box: Box, userId: string, hash: string): void {
  box.transaction(() => {
    box.users.setPassword(userId, hash);
    box.users.setTotp(userId, null);
    box.sessions.endOthers(userId, null);
  });
}

/** As it is typed: capitals, spaces and hyphens do not matter. */
const recoveryHash = (code: string): Buffer => hashOf(code.toUpperCase().replace(/[\s-]/g, ''));

/** The user who asks. @throws VoxboxError `not_allowed` for a program */
export function userOf(box: Box, { kind, id }: Who): User {
  const user = kind === 'user' && id !== null ? box.users.find(id) : null;
  if (!user) throw new VoxboxError('not_allowed', 'only a user has an account');
  return user;
}

export function createAccounts(parts: AccountParts): Accounts {
  const { box, clock, passwords } = parts;

  const verified = async (who: Who, password: string): Promise<User> => {
    const user = userOf(box, who);
    if (await passwords.verify(password, box.users.passwordHash(user.id))) return user;
    throw new VoxboxError('sign_in_refused', 'the password is wrong');
  };

  return {
    ...signingIn(parts),
    ...linking(parts),
    person: (who) => personOf(who, parts),
    verified,
    hash: passwords.hash,
    beginTotp(who) {
      const secret = base32(randomBytes(totpSecretBytes));
      return { secret, uri: totpUri(secret, userOf(box, who).email) };
    },
    async confirmTotp(who, { secret: given, code, password }) {
      const user = await verified(who, password);
      const secret = fromBase32(given);
      const step = secret ? stepOf(code, secret, clock.nowMs()) : null;
      if (!secret || step === null) throw new VoxboxError('sign_in_refused', 'the code is wrong');
      const codes = Array.from({ length: recoveryCodes }, () => base32(randomBytes(recoveryBytes)));
      box.users.setTotp(user.id, { secret, recovery: codes.map(recoveryHash) });
      box.users.takeStep(user.id, step);
      return codes.map((one) => one.replace(/(.{5})(?=.)/g, '$1-'));
    },
  };
}

function personOf(who: Who, { box, clock }: AccountParts): Person {
  const user = who.kind === 'user' && who.id !== null ? box.users.find(who.id) : null;
  const { boxRole = null, roles = {}, resells = [] } = who.rights ?? {};
  return {
    id: who.id ?? '',
    email: user?.email ?? '',
    name: who.name,
    hasTotp: user?.hasTotp ?? false,
    rights: { boxRole, roles, resells },
    acting: actingOf(who.session, clock.nowMs()),
  };
}

/** A new session of somebody who has proved who they are. */
function begin({ box, clock }: AccountParts, user: User, { address, userAgent, entered }: Browser): SignedIn {
  const token = newToken();
  return box.transaction(() => {
    const session: Session = box.sessions.begin({
      ...{ userId: user.id, tokenHash: hashOf(token), address, userAgent },
    });
    const who = userAt(address, { user, session, box, nowMs: clock.nowMs() });
    entered(who);
    return { token, who };
  });
}

function signingIn(parts: AccountParts): Pick<Accounts, 'signIn'> {
  const { box, clock, passwords } = parts;
  const pairs = createWaits(clock, strict);
  const singles = createWaits(clock, wide);

  const codeIsRight = (user: User, code: string): boolean => {
    const totp = box.users.totp(user.id);
    if (!totp) return true;
    const step = stepOf(code, totp.secret, clock.nowMs());
    if (step !== null) return box.users.takeStep(user.id, step);
    return box.users.takeRecoveryCode(user.id, recoveryHash(code));
  };

  return {
    async signIn({ email: typed, password, code, ...browser }) {
      const email = typed.trim().toLowerCase();
      const pair = `${browser.address} ${email}`;
      pairs.check(pair);
      for (const single of [browser.address, email]) singles.check(single);
      const refuse = (thing: string | null): never => {
        pairs.failed(pair);
        for (const single of [browser.address, email]) singles.failed(single);
        box.audit.record({
          ...{ whoKind: 'nobody', whoId: null, whoName: 'nobody', address: browser.address },
          ...{ what: 'session.signIn', outcome: 'sign_in_refused', tenantId: null, thing },
        });
        throw new VoxboxError('sign_in_refused', 'that is not right');
      };
      const user = box.users.findByEmail(email);
      const hash = user ? box.users.passwordHash(user.id) : null;
      if (!(await passwords.verify(password, hash)) || !user) return refuse(user?.id ?? null);
      if (user.hasTotp && code === undefined) {
        throw new VoxboxError('code_required', 'the code of the app is asked for');
      }
      if (!codeIsRight(user, code ?? '')) return refuse(user.id);
      pairs.succeeded(pair);
      return begin(parts, user, browser);
    },
  };
}

function linking(parts: AccountParts): Pick<Accounts, 'readLink' | 'useLink'> {
  const { box, passwords } = parts;

  const found = (token: string): Link => {
    const link = box.links.find(hashOf(token));
    // A box that has an owner by now is not given away again.
    if (!link || (link.kind === 'welcome' && box.users.owner())) {
      throw new VoxboxError('link_unusable', 'the link is not good any more');
    }
    return link;
  };
  const invited = ({ email }: Link): User | null => (email === null ? null : box.users.findByEmail(email));

  /** Whoever the link lets in, made or changed, and the link used up: all or nothing. */
  const settle = (link: Link, given: Settling): User =>
    box.transaction(() => {
      if (!box.links.take(link.id)) throw new VoxboxError('link_unusable', 'the link was just used');
      if (link.kind === 'welcome') {
        return box.users.add({ ...named(given), email: needed(given.email, 'email'), boxRole: 'owner' });
      }
      if (link.kind === 'invitation') return settleInvitation(link, given);
      const user = link.userId === null ? null : box.users.find(link.userId);
      if (!user) throw new VoxboxError('link_unusable', 'the account is not there any more');
      if (link.kind === 'password') setPassword(box, user.id, needed(given.passwordHash, 'password'));
      return user;
    });

  const settleInvitation = (link: Link, given: Settling): User => {
    const known = invited(link);
    if (known && known.id !== given.who.id) {
      throw new VoxboxError('sign_in_required', `sign in as ${known.email} to take the invitation`);
    }
    const user = known ?? box.users.add({ ...named(given), email: link.email ?? '', boxRole: link.boxRole });
    if (known && link.boxRole) box.users.change(known.id, { boxRole: link.boxRole });
    const { tenantId, tenantRole: role } = link;
    if (tenantId !== null && role) box.memberships.set({ tenantId, userId: user.id, role });
    return box.users.find(user.id) ?? user;
  };

  return {
    readLink(token) {
      const { userId, tenantId, kind, boxRole, tenantRole, ...link } = found(token);
      const email = link.email ?? (userId === null ? null : (box.users.find(userId)?.email ?? null));
      const business = tenantId === null ? null : (box.tenants.find(tenantId)?.name ?? null);
      const known = kind === 'invitation' && email !== null && box.users.findByEmail(email) !== null;
      return { kind, email, business, boxRole, tenantRole, known };
    },
    async useLink({ token, name, email, password }, { who, browser }) {
      const link = found(token);
      const passwordHash = password === undefined ? undefined : await passwords.hash(password);
      return box.transaction(() => begin(parts, settle(link, { name, email, passwordHash, who }), browser));
    },
  };
}

interface Settling {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly passwordHash: string | undefined;
  readonly who: Who;
}

const named = ({ name, passwordHash }: Settling) => ({
  name: needed(name, 'name'),
  passwordHash: needed(passwordHash, 'password'),
});

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new VoxboxError('input_invalid', `${what}: must be given`);
  return value;
}

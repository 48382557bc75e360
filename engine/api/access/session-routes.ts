import type { FastifyReply } from 'fastify';
import { type Clock, VoxboxError } from '../../foundation/index.ts';
import type { Box } from '../../store/index.ts';
import type { SessionState } from '../contract/index.ts';
import type { Serve } from '../method-server.ts';
import { type Accounts, type Browser, type SignedIn, userOf } from './accounts.ts';
import { sessionCookie } from './cookies.ts';
import type { Gate } from './gate.ts';
import { userAt, type Who } from './who.ts';

export interface SessionParts {
  readonly box: Box;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly gate: Gate;
}

/** A reseller acts as a business for so long; then they are themselves again. */
const actingMs = 3_600_000;
const ended = { ended: true } as const;

const setCookie = (reply: FastifyReply, token: string | null): void => {
  reply.header('set-cookie', sessionCookie(token, reply.request.headers.host));
};

/** Signing in and out, and links that do. */
export function serveSession(serve: Serve, { box, clock, accounts, gate }: SessionParts): void {
  const { person } = accounts;
  const browserOf = (reply: FastifyReply, { address, session }: Who, what: string): Browser => ({
    address,
    userAgent: reply.request.headers['user-agent'] ?? '',
    entered(who) {
      // In the place of the session that the browser had.
      if (session) box.sessions.end(session.userId, session.id);
      gate.record(who, { what, outcome: 'done', tenantId: null, thing: who.id });
    },
  });
  const enter = (reply: FastifyReply, { who, token }: SignedIn) => {
    setCookie(reply, token);
    return { person: person(who) };
  };

  serve('session.read', ({ who }): SessionState => {
    if (who.rights) return { state: 'signed-in', person: person(who) };
    return { state: box.users.owner() ? 'signed-out' : 'unowned', person: null };
  });
  serve('session.signIn', async ({ body, who, reply }) => {
    const browser = browserOf(reply, who, 'session.signIn');
    return enter(reply, await accounts.signIn({ ...body, ...browser }));
  });
  serve('session.signOut', ({ who, reply }) => {
    if (who.session) box.sessions.end(who.session.userId, who.session.id);
    setCookie(reply, null);
    return ended;
  });
  serve('session.list', ({ who }) => ({
    sessions: box.sessions.ofUser(userOf(box, who).id).map((session) => ({
      ...{ id: session.id, createdAtMs: session.createdAtMs, usedAtMs: session.usedAtMs },
      ...{ address: session.address, userAgent: session.userAgent, own: session.id === who.session?.id },
    })),
  }));
  serve('session.end', ({ id, who }) => {
    if (box.sessions.end(userOf(box, who).id, id)) return ended;
    throw new VoxboxError('not_found', `there is no session ${id}`);
  });
  const acting = (who: Who, tenantId: string | null) => {
    if (!who.session) throw new VoxboxError('not_allowed', 'only who is signed in can act as a business');
    const until = tenantId === null ? null : { tenantId, untilMs: clock.nowMs() + actingMs };
    box.sessions.actAs(who.session.id, until);
    const session = {
      ...who.session,
      ...{ actingTenantId: until?.tenantId ?? null, actingUntilMs: until?.untilMs ?? null },
    };
    return {
      person: person(userAt(who.address, { user: userOf(box, who), session, box, nowMs: clock.nowMs() })),
    };
  };
  serve('session.actAs', ({ who, body }) => acting(who, body.tenantId));
  serve('session.stopActing', ({ who }) => acting(who, null));
  serve('link.read', ({ body }) => ({ link: accounts.readLink(body.token) }));
  serve('link.use', async ({ body, who, reply }) => {
    const browser = browserOf(reply, who, 'link.use');
    return enter(reply, await accounts.useLink(body, { who, browser }));
  });
}

/** What somebody changes about their own account. */
export function serveAccount(serve: Serve, { box, accounts }: Pick<SessionParts, 'box' | 'accounts'>): void {
  const changed = (who: Who) => ({ person: accounts.person({ ...who, name: userOf(box, who).name }) });

  serve('account.change', ({ who, body: { name } }) => {
    box.users.change(userOf(box, who).id, { name });
    return changed(who);
  });
  serve('account.setPassword', async ({ who, body: { current, password } }) => {
    const { id } = await accounts.verified(who, current);
    const hash = await accounts.hash(password);
    box.transaction(() => {
      box.users.setPassword(id, hash);
      box.sessions.endOthers(id, who.session?.id ?? null);
    });
    return changed(who);
  });
  serve('account.beginTotp', ({ who }) => accounts.beginTotp(who));
  serve('account.confirmTotp', async ({ who, body }) => ({
    recoveryCodes: await accounts.confirmTotp(who, body),
  }));
  serve('account.removeTotp', async ({ who, body }) => {
    const { id } = await accounts.verified(who, body.password);
    box.users.setTotp(id, null);
    return changed(who);
  });
}

import type {
  LinkPurpose,
  LinkUse,
  Person,
  SessionState,
  SignedInAt,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { type Answer, ask, json, withId } from '../asking.ts';

type PersonAnswer = Promise<Answer<{ person: Person }>>;

/** Who is signed in, and their own account. */
export const sessionClient = {
  read: () => ask<SessionState>(paths['session.read']),
  signIn: (given: { email: string; password: string; code?: string }): PersonAnswer =>
    ask(paths['session.signIn'], json('POST', given)),
  signOut: () => ask<{ ended: true }>(paths['session.signOut'], { method: 'DELETE' }),
  sessions: () => ask<{ sessions: SignedInAt[] }>(paths['session.list']),
  end: (id: string) => ask<{ ended: true }>(withId('session.end', id), { method: 'DELETE' }),
  actAs: (tenantId: string): PersonAnswer => ask(paths['session.actAs'], json('POST', { tenantId })),
  stopActing: (): PersonAnswer => ask(paths['session.stopActing'], { method: 'DELETE' }),
  readLink: (token: string) => ask<{ link: LinkPurpose }>(paths['link.read'], json('POST', { token })),
  useLink: (use: LinkUse): PersonAnswer => ask(paths['link.use'], json('POST', use)),
  rename: (name: string): PersonAnswer => ask(paths['account.change'], json('PATCH', { name })),
  setPassword: (current: string, password: string): PersonAnswer =>
    ask(paths['account.setPassword'], json('PUT', { current, password })),
  beginTotp: () => ask<{ secret: string; uri: string }>(paths['account.beginTotp'], { method: 'POST' }),
  confirmTotp: (totp: { secret: string; code: string; password: string }) =>
    ask<{ recoveryCodes: string[] }>(paths['account.confirmTotp'], json('PUT', totp)),
  removeTotp: (password: string): PersonAnswer =>
    ask(paths['account.removeTotp'], json('POST', { password })),
};

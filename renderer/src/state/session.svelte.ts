import { access, allows } from '../../../engine/api/contract/access.ts';
import type { LinkPurpose, LinkUse, MethodName, Person } from '../../../engine/api/contract/index.ts';
import { type Answer, type Failure, signInAsked } from '../asking.ts';
import { sessionClient } from '../clients/session.ts';
import { isOfNoBusiness, type PageName } from '../route.ts';

/** What the desktop shell gives its window; a browser has none. */
interface Shell {
  door(): Promise<{ readonly token: string | null } | null>;
}

export interface OpenedLink {
  readonly kind: LinkPurpose['kind'];
  readonly token: string;
}

/** Of each page, the method that it cannot do without. */
const pageMethods: Partial<Record<PageName, MethodName>> = {
  desk: 'call.list',
  calls: 'call.list',
  calendar: 'appointment.list',
  inbox: 'submission.list',
  callers: 'caller.list',
  knowledge: 'source.list',
  agent: 'voices.list',
  analytics: 'analytics.read',
  businesses: 'business.list',
  setup: 'tenant.create',
};

/** For example `#/invitation/…`; the token stands behind the #, where it reaches no log. */
function linkOf(hash: string): OpenedLink | null {
  const found = /^#\/(welcome|invitation|password|sign-in)\/([\w-]{20,100})$/.exec(hash);
  return found ? { kind: found[1] as OpenedLink['kind'], token: found[2] ?? '' } : null;
}

/** Who is signed in at this screen. */
export class Session {
  state = $state<'reading' | 'unowned' | 'signed-out' | 'signed-in'>('reading');
  person = $state.raw<Person | null>(null);
  /** Why it cannot be told who is signed in. */
  failure = $state.raw<Failure | null>(null);
  /** A link that was opened and is not used yet. */
  link = $state.raw<OpenedLink | null>(linkOf(location.hash));
  /** The page is there for them. */
  readonly inside = $derived(this.state === 'signed-in' && this.link === null);
  #latest = 0;

  start(): () => void {
    const out = (): void => {
      if (this.state === 'signed-in') this.state = 'signed-out';
    };
    const follow = (): void => {
      this.link = linkOf(location.hash) ?? this.link;
    };
    window.addEventListener(signInAsked, out);
    window.addEventListener('hashchange', follow);
    void this.#begin();
    return () => {
      window.removeEventListener(signInAsked, out);
      window.removeEventListener('hashchange', follow);
    };
  }

  async read(): Promise<void> {
    this.#latest += 1;
    const mine = this.#latest;
    const answer = await sessionClient.read();
    // Rights that were asked for before something has changed them are those of before.
    if (mine !== this.#latest) return;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    this.person = answer.value.person;
    this.state = answer.value.state;
  }

  async signIn(given: Parameters<typeof sessionClient.signIn>[0]): Promise<Failure | null> {
    return this.#entered(await sessionClient.signIn(given));
  }

  async useLink(use: Omit<LinkUse, 'token'>): Promise<Failure | null> {
    if (!this.link) return null;
    const failure = this.#entered(await sessionClient.useLink({ ...use, token: this.link.token }));
    if (failure) return failure;
    const first = this.link.kind === 'welcome';
    this.leaveLink();
    // A new box has a business to be set up.
    if (first) location.hash = '#/setup';
    return failure;
  }

  /** On with the page as it is. */
  leaveLink(): void {
    this.link = null;
    history.replaceState(null, '', '#/desk');
  }

  async signOut(): Promise<Failure | null> {
    const answer = await sessionClient.signOut();
    // What was shown to them is not left behind for the next one.
    if (answer.ok) location.reload();
    return answer.ok ? null : answer.failure;
  }

  async actAs(tenantId: string): Promise<Failure | null> {
    return this.#changed(await sessionClient.actAs(tenantId));
  }

  async stopActing(): Promise<Failure | null> {
    return this.#changed(await sessionClient.stopActing());
  }

  /** Whether the engine would let them ask it; of a business where one is named. */
  may(method: MethodName, tenantId: string | null = null): boolean {
    return allows(access[method], this.person?.rights ?? null, tenantId);
  }

  /** The same for what is looked at beside the business at hand. */
  mayHere(method: MethodName, tenantId: string | null): boolean {
    return this.may(method, access[method].tenant === 'none' ? null : tenantId);
  }

  mayOpen(page: PageName, tenantId: string | null): boolean {
    const method = pageMethods[page];
    return method === undefined || this.mayHere(method, isOfNoBusiness(page) ? null : tenantId);
  }

  async #begin(): Promise<void> {
    await this.read();
    if (this.state === 'signed-in' || this.failure) return;
    const shell = (window as { voxbox?: Shell }).voxbox;
    const token = this.link ? null : ((await shell?.door())?.token ?? null);
    if (token !== null) {
      const purpose = await sessionClient.readLink(token);
      if (purpose.ok) this.link = { kind: purpose.value.link.kind, token };
    }
    if (this.link?.kind === 'sign-in') {
      const failure = await this.useLink({});
      if (failure) this.leaveLink();
    }
  }

  #changed(answer: Answer<{ person: Person }>): Failure | null {
    if (!answer.ok) return answer.failure;
    this.#latest += 1;
    this.person = answer.value.person;
    return null;
  }

  #entered(answer: Answer<{ person: Person }>): Failure | null {
    if (!answer.ok) return answer.failure;
    // Whoever was here before may have left something on the screen.
    if (this.person && this.person.id !== answer.value.person.id) location.reload();
    this.person = answer.value.person;
    this.state = 'signed-in';
    return null;
  }
}

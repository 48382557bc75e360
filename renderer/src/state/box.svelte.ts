import type { Appointment, Call, Submission, Tenant } from '../../../engine/api/contract/index.ts';
import { client } from '../client.ts';
import { writeAsIn } from '../format.ts';
import { keep, kept } from '../kept.ts';
import { type PageName, pagesFor, parseRoute, type Route } from '../route.ts';
import { addDays, dayKey, dayOf, startOfDayMs } from '../zone.ts';
import { AgentDraft } from './agent-draft.svelte.ts';
import { AgentForm } from './agent-form.svelte.ts';
import { Brand } from './brand.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import { Feed, type StoredEvent } from './feed.svelte.ts';
import { Knowledge } from './knowledge.svelte.ts';
import { Loaded } from './loaded.svelte.ts';
import { Look } from './look.svelte.ts';
import { Notifications } from './notifications.svelte.ts';
import { Now } from './now.svelte.ts';
import { Palette } from './palette.svelte.ts';
import { Session } from './session.svelte.ts';

const callsShown = 200;
/** Events come in small bursts (a booking, then the call's end): one fetch answers them all. */
const gatherMs = 80;

/** Nouns of events that change what a page shows of the tenant at hand. */
const shownNouns = ['appointment', 'submission', 'caller', 'privacy', 'mail'];

/** What every page shares: the feed, the tenant at hand, its calls, its inbox and today's appointments. */
export class Box {
  readonly session = new Session();
  readonly feed = new Feed();
  readonly now = new Now();
  readonly drafts = new Drafts();
  readonly look = new Look();
  readonly brand = new Brand();
  readonly palette = new Palette();
  readonly notifications = new Notifications(this);
  readonly tenants = new Loaded<{ tenants: Tenant[] }>();
  readonly calls = new Loaded<{ calls: Call[] }>();
  /** What is still to be done. */
  readonly inbox = new Loaded<{ submissions: Submission[] }>();
  readonly today = new Loaded<{ appointments: Appointment[] }>();
  route = $state.raw<Route>(parseRoute(location.hash));
  /** Rises with every change of appointments, for whoever shows another span of them. */
  appointmentsVersion = $state(0);
  #chosen = $state(kept('tenant'));
  readonly #agents = new Map<string, AgentForm>();
  readonly #agentDrafts = new Map<string, AgentDraft>();
  readonly #knowledge = new Map<string, Knowledge>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #shownDay = '';

  readonly tenant = $derived.by((): Tenant | null => {
    const all = this.tenants.value?.tenants ?? [];
    return all.find((tenant) => tenant.id === this.#chosen) ?? all[0] ?? null;
  });
  readonly zone = $derived(this.tenant?.timeZone ?? 'UTC');
  /** Those that are of use to whoever is signed in. */
  readonly pages = $derived.by((): readonly PageName[] => {
    const several = this.tenants.value?.tenants.length ?? 0;
    const resells = this.session.person?.rights.boxRole === 'reseller';
    return pagesFor(several, resells).filter((page) => this.session.mayOpen(page, this.tenant?.id ?? null));
  });
  readonly liveCalls = $derived(
    this.feed.calls.filter((call) => this.tenant === null || call.tenantId === this.tenant.id),
  );

  start(): () => void {
    writeAsIn(() => this.tenant?.language);
    const follow = () => {
      this.route = parseRoute(location.hash);
    };
    follow();
    window.addEventListener('hashchange', follow);
    const ways = [
      this.feed.onStored((event) => this.#stored(event)),
      this.feed.onRehearsal((progress) => this.#agentDrafts.get(progress.tenantId)?.heard(progress)),
      this.feed.onProgress((progress) => this.#knowledge.get(progress.tenantId)?.heard(progress)),
      this.feed.onLink(({ tenantId, link }) => {
        // While it is being brought into step, its busy times are those of before.
        if (tenantId === this.tenant?.id && link?.state !== 'syncing') this.appointmentsVersion += 1;
      }),
      this.feed.onSnapshot(() => void this.refresh()),
      this.feed.onRights(() => void this.session.read()),
    ];
    this.now.start();
    this.feed.start();
    // Not after the feed's first word, so that the first view is there sooner.
    void this.refresh();
    return () => {
      window.removeEventListener('hashchange', follow);
      for (const leave of ways) leave();
      clearTimeout(this.#gathering);
      this.feed.stop();
      this.now.stop();
    };
  }

  choose(tenantId: string): void {
    this.#chosen = tenantId;
    keep('tenant', tenantId);
    this.calls.clear();
    this.inbox.clear();
    this.today.clear();
    this.appointmentsVersion += 1;
    void this.refreshTenant();
  }

  /** The form of a tenant's agent: what was typed stays while other pages are looked at. */
  agent(tenantId: string): AgentForm {
    const form = this.#agents.get(tenantId) ?? new AgentForm(tenantId);
    this.#agents.set(tenantId, form);
    return form;
  }

  /** What a tenant's agent shall be: what was typed stays while other pages are looked at. */
  agentDraft(tenantId: string): AgentDraft {
    const draft = this.#agentDrafts.get(tenantId) ?? new AgentDraft(tenantId);
    this.#agentDrafts.set(tenantId, draft);
    return draft;
  }

  /** What a tenant's agent knows: reading goes on while other pages are looked at. */
  knowledge(tenantId: string): Knowledge {
    const knowledge = this.#knowledge.get(tenantId) ?? new Knowledge(tenantId);
    this.#knowledge.set(tenantId, knowledge);
    return knowledge;
  }

  /** Something was typed that a reload would lose. */
  get hasUnsaved(): boolean {
    const forms = [
      ...this.#agents.values(),
      ...this.#agentDrafts.values(),
      ...this.#knowledge.values(),
      this.drafts,
    ];
    return forms.some((form) => form.isDirty);
  }

  async refresh(): Promise<void> {
    await this.tenants.load(client.tenants());
    await this.refreshTenant();
  }

  async refreshTenant(): Promise<void> {
    const tenant = this.tenant;
    if (!tenant || !this.session.may('call.list', tenant.id)) return;
    const day = dayOf(Date.now(), tenant.timeZone);
    this.#shownDay = dayKey(day);
    const span = {
      fromMs: startOfDayMs(day, tenant.timeZone),
      toMs: startOfDayMs(addDays(day, 1), tenant.timeZone),
    };
    await Promise.all([
      this.calls.load(client.calls(tenant.id, callsShown)),
      this.inbox.load(client.submissions(tenant.id, 'open')),
      this.today.load(client.appointments(tenant.id, span)),
      this.notifications.load(),
    ]);
  }

  /** To be called as time passes: a page that stays open over midnight shows the new day. */
  turnDay(): void {
    if (this.#shownDay && this.tenant && dayKey(dayOf(this.now.ms, this.zone)) !== this.#shownDay) {
      void this.refreshTenant();
    }
  }

  #stored(event: StoredEvent): void {
    if (/^(?:tenant|number)\./.test(event.type)) return void this.refresh();
    // Somebody may have changed it at another screen; what is typed here stays.
    if (/^(?:voice|dictionary|providers)\./.test(event.type)) {
      return void this.#agents.get(event.tenantId ?? '')?.load();
    }
    if (event.type.startsWith('agent.')) {
      if (event.type === 'agent.published') void this.tenants.load(client.tenants());
      return void this.#agentDrafts.get(event.tenantId ?? '')?.load();
    }
    if (/^(?:knowledge|question)\./.test(event.type)) {
      return void this.#knowledge.get(event.tenantId ?? '')?.changed();
    }
    if (event.tenantId !== this.tenant?.id) return;
    const [noun = ''] = event.type.split('.');
    if (noun === 'appointment') this.appointmentsVersion += 1;
    const endsCall = /^call\.(?:ended|analysed|completed|redacted|erased)$/.test(event.type);
    if (!endsCall && !shownNouns.includes(noun)) return;
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => void this.refreshTenant(), gatherMs);
  }
}

import type { Appointment, Call, Tenant } from '../../../engine/api/contract/index.ts';
import { client } from '../client.ts';
import { parseRoute, type Route } from '../route.ts';
import { addDays, dayKey, dayOf, startOfDayMs } from '../zone.ts';
import { AgentForm } from './agent-form.svelte.ts';
import { Feed, type StoredEvent } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';
import { Now } from './now.svelte.ts';

const chosenKey = 'voxbox.tenant';
const callsShown = 200;
/** Events come in small bursts (a booking, then the call's end): one fetch answers them all. */
const gatherMs = 80;

/** What every page shares: the feed, the tenant at hand, its calls and today's appointments. */
export class Box {
  readonly feed = new Feed();
  readonly now = new Now();
  readonly tenants = new Loaded<{ tenants: Tenant[] }>();
  readonly calls = new Loaded<{ calls: Call[] }>();
  readonly today = new Loaded<{ appointments: Appointment[] }>();
  route = $state.raw<Route>(parseRoute(location.hash));
  /** Rises with every change of appointments, for whoever shows another span of them. */
  appointmentsVersion = $state(0);
  #chosen = $state(readChosen());
  readonly #agents = new Map<string, AgentForm>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #shownDay = '';

  readonly tenant = $derived.by((): Tenant | null => {
    const all = this.tenants.value?.tenants ?? [];
    return all.find((tenant) => tenant.id === this.#chosen) ?? all[0] ?? null;
  });
  readonly zone = $derived(this.tenant?.timeZone ?? 'UTC');
  readonly liveCalls = $derived(
    this.feed.calls.filter((call) => this.tenant === null || call.tenantId === this.tenant.id),
  );

  start(): () => void {
    const follow = () => {
      this.route = parseRoute(location.hash);
    };
    window.addEventListener('hashchange', follow);
    const ways = [
      this.feed.onStored((event) => this.#stored(event)),
      this.feed.onSnapshot(() => void this.refresh()),
    ];
    this.now.start();
    this.feed.start();
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
    try {
      localStorage.setItem(chosenKey, tenantId);
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
    this.calls.clear();
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

  /** Something was typed that a reload would lose. */
  get hasUnsaved(): boolean {
    return [...this.#agents.values()].some((form) => form.isDirty);
  }

  async refresh(): Promise<void> {
    await this.tenants.load(client.tenants());
    await this.refreshTenant();
  }

  async refreshTenant(): Promise<void> {
    const tenant = this.tenant;
    if (!tenant) return;
    const day = dayOf(Date.now(), tenant.timeZone);
    this.#shownDay = dayKey(day);
    const span = {
      fromMs: startOfDayMs(day, tenant.timeZone),
      toMs: startOfDayMs(addDays(day, 1), tenant.timeZone),
    };
    await Promise.all([
      this.calls.load(client.calls(tenant.id, callsShown)),
      this.today.load(client.appointments(tenant.id, span)),
    ]);
  }

  /** To be called as time passes: a page that stays open over midnight shows the new day. */
  turnDay(): void {
    if (this.#shownDay && this.tenant && dayKey(dayOf(this.now.ms, this.zone)) !== this.#shownDay) {
      void this.refreshTenant();
    }
  }

  #stored(event: StoredEvent): void {
    if (event.type === 'tenant.created') return void this.refresh();
    // Somebody may have changed it at another screen; what is typed here stays.
    if (/^(?:voice|dictionary|providers)\./.test(event.type)) {
      return void this.#agents.get(event.tenantId ?? '')?.load();
    }
    if (event.tenantId !== this.tenant?.id) return;
    if (event.type.startsWith('appointment.')) this.appointmentsVersion += 1;
    else if (event.type !== 'call.ended') return;
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => void this.refreshTenant(), gatherMs);
  }
}

function readChosen(): string | null {
  try {
    return localStorage.getItem(chosenKey);
  } catch {
    return null;
  }
}

import type { BoxStatus, Notice, NoticeKind } from '../../../engine/api/contract/index.ts';
import { notifications } from '../clients/notifications.ts';
import { keep, keepList, kept, keptList } from '../kept.ts';
import { type Told, toldOf, toldProblem } from '../notice-words.ts';
import type { Box } from './box.svelte.ts';

const stacked = 3;
const shownMs = 8000;

/**
 * What happened at the business at hand while somebody looks, or while they looked elsewhere. The box keeps it; this
 * browser keeps how far it was read and what is muted.
 */
export class Notifications {
  /** The latest first. */
  list = $state.raw<readonly Told[]>([]);
  /** What is shown right now, the latest last. */
  toasts = $state.raw<readonly Told[]>([]);
  muted = $state.raw<readonly string[]>(keptList('muted'));
  #desktop = $state(kept('desktop') === 'on');
  /** Browsers offer it in safe surroundings only. */
  desktopState = $state<NotificationPermission | 'impossible'>(
    'Notification' in window ? Notification.permission : 'impossible',
  );
  #readUpTo = $state(0);
  readonly unread = $derived(this.list.filter(({ sequence }) => sequence > this.#readUpTo).length);

  readonly #box: Box;
  #shown: { readonly tenantId: string; readonly newest: number } | null = null;
  #problems: readonly string[] | null = null;
  #latest = 0;
  /** Somebody points at the stack, or is in it: it stays. */
  held = false;

  constructor(box: Box) {
    this.#box = box;
  }

  /** Tells what is new since the last time; of a business that was not looked at before, nothing. */
  async load(): Promise<void> {
    const tenant = this.#box.tenant;
    if (!tenant) return;
    this.#latest += 1;
    const mine = this.#latest;
    const answer = await notifications(tenant.id);
    // Whoever may not see it has no notifications; what fails is fetched with the next one.
    if (!answer.ok || mine !== this.#latest || tenant.id !== this.#box.tenant?.id) return;
    this.#take(tenant.id, answer.value.notifications, tenant.timeZone);
  }

  #take(tenantId: string, notices: readonly Notice[], zone: string): void {
    const newest = notices[0]?.sequence ?? 0;
    const before = this.#shown?.tenantId === tenantId ? this.#shown.newest : null;
    this.list = notices.map((notice) => toldOf(notice, zone));
    this.#shown = { tenantId, newest };
    if (before === null) {
      this.#readUpTo = Number(kept(`read.${tenantId}`) ?? newest);
      return;
    }
    for (const told of this.list.filter(({ sequence }) => sequence > before).toReversed()) this.#tell(told);
  }

  /** Tells what has become wrong with the box since it was heard of last. */
  watch(status: BoxStatus | null): void {
    if (!status || status.status === 'starting') return;
    const before = this.#problems;
    this.#problems = status.problems;
    if (before === null) return;
    for (const problem of status.problems) {
      if (!before.includes(problem)) this.#tell(toldProblem(problem, this.#box.now.ms));
    }
  }

  #tell(told: Told): void {
    if (this.muted.includes(told.kind)) return;
    this.toasts = [...this.toasts.filter(({ id }) => id !== told.id), told].slice(-stacked);
    this.#expire(told.id);
    if (this.#desktop && this.desktopState === 'granted' && !document.hasFocus()) {
      const shown = new Notification(told.title, { body: told.text, tag: told.id });
      shown.onclick = () => {
        window.focus();
        location.hash = told.href;
        shown.close();
      };
    }
  }

  #expire(id: string): void {
    setTimeout(() => (this.held ? this.#expire(id) : this.dismiss(id)), shownMs);
  }

  dismiss(id: string): void {
    this.toasts = this.toasts.filter((told) => told.id !== id);
  }

  isNew({ sequence }: Told): boolean {
    return sequence > this.#readUpTo;
  }

  markRead(): void {
    if (!this.#shown) return;
    this.#readUpTo = this.#shown.newest;
    keep(`read.${this.#shown.tenantId}`, String(this.#readUpTo));
  }

  setMuted(kind: NoticeKind, muted: boolean): void {
    this.muted = [...this.muted.filter((other) => other !== kind), ...(muted ? [kind] : [])];
    keepList('muted', this.muted);
  }

  get desktop(): boolean {
    return this.#desktop && this.desktopState === 'granted';
  }

  /** Asks for leave where none was given yet. */
  async setDesktop(on: boolean): Promise<void> {
    if (on && this.desktopState === 'default') this.desktopState = await Notification.requestPermission();
    this.#desktop = on && this.desktopState === 'granted';
    keep('desktop', this.#desktop ? 'on' : 'off');
  }
}

import type { CalendarLink } from '../../../engine/api/contract/index.ts';
import { calendarLinksClient } from '../clients/calendar-links.ts';
import type { Feed } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';

/** The calendars elsewhere that a tenant's appointments are kept in step with. */
export class CalendarLinks {
  readonly tenantId: string;
  readonly links = new Loaded<{ links: CalendarLink[] }>();

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  get all(): readonly CalendarLink[] | null {
    return this.links.value?.links ?? null;
  }

  /** Keeps up with the box until the returned function is called. */
  start(feed: Feed): () => void {
    this.load();
    const ways = [
      feed.onSnapshot(() => this.load()),
      feed.onLink(({ tenantId }) => {
        if (tenantId === this.tenantId) this.load();
      }),
    ];
    return () => {
      for (const leave of ways) leave();
    };
  }

  load(): void {
    void this.links.load(calendarLinksClient.list(this.tenantId));
  }
}

import type {
  CalendarLink,
  FoundCalendar,
  NewCalendarLinkRequest,
} from '../../../engine/api/contract/index.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';
import type { Account } from '../calendar-link-form.ts';

/** Calendars elsewhere. */
export const calendarLinksClient = {
  list: (tenant: string) => ask<{ links: CalendarLink[] }>(withId('calendar.links', tenant)),
  find: (tenant: string, account: Account) =>
    ask<{ calendars: FoundCalendar[] }>(withId('calendar.findCalendars', tenant), json('POST', account)),
  link: (tenant: string, link: NewCalendarLinkRequest) =>
    ask<{ link: CalendarLink }>(withId('calendar.link', tenant), json('POST', link)),
  unlink: (tenant: string, id: string) =>
    ask<{ removed: true }>(ofTenant('calendar.unlink', id, tenant), { method: 'DELETE' }),
  syncNow: (tenant: string, id: string) =>
    ask<{ link: CalendarLink }>(ofTenant('calendar.syncNow', id, tenant), json('POST', {})),
};

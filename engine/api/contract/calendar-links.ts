import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, removed } from './scope.ts';

/** Calendars elsewhere that are kept in step with the appointments. Browser-safe, as the whole contract. */

const timeMs = z.number().int();
const address = z.string().trim().min(1).max(2000);
const user = z.string().trim().min(1).max(254);
const password = z.string().min(1).max(1000);
/** It may be one of the house's own network; only from the box itself. */
const allowPrivate = z.boolean().optional();

export const calendarLinkModel = z.object({
  id: z.string(),
  kind: z.literal('caldav'),
  name: z.string(),
  address: z.string(),
  user: z.string(),
  /** Where the calendar lies on its server. */
  calendar: z.string(),
  /** Nothing can be written there: it only says when somebody is busy. */
  readOnly: z.boolean(),
  /** Whose it is; null: it concerns the whole business, and its events keep everybody busy. */
  staffId: z.string().nullable(),
  /** `new`: it was not looked at yet. */
  state: z.enum(['new', 'syncing', 'ok', 'failed']),
  /** When it was last brought into step. */
  lastSyncAtMs: timeMs.nullable(),
  /** Code of the error catalogue: why it could not be; null where it could. */
  problem: z.string().nullable(),
  /** Busy times that come from it. */
  busyCount: z.number().int(),
  /** Appointments that were moved there to where they cannot be, and put back. */
  clashes: z.number().int(),
});

/** When somebody is busy by a calendar elsewhere. */
export const busyTimeModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  /** Null: everybody is. */
  staffId: z.string().nullable(),
  startMs: timeMs,
  endMs: timeMs,
  title: z.string(),
  allDay: z.boolean(),
});

export const foundCalendarModel = z.object({
  /** Names it when it is linked. */
  href: z.string(),
  name: z.string(),
  readOnly: z.boolean(),
});

/** A link is told in the feed whenever something of it has changed. */
export const calendarLinkChangedModel = z.object({
  type: z.literal('calendar.link-changed'),
  tenantId: z.string(),
  /** Null: it is not there any more. */
  link: calendarLinkModel.nullable(),
  linkId: z.string(),
});

const link = z.object({ link: calendarLinkModel });

export const calendarLinkMethods = {
  /** In the order in which they were made. `:id` is the tenant's. */
  'calendar.links': {
    verb: 'GET',
    path: paths['calendar.links'],
    query: nothing,
    answer: z.object({ links: z.array(calendarLinkModel) }),
  },
  /** Nothing is kept of it. `calendar_login_refused`, `calendar_not_found`, `calendar_unreachable`, ... */
  'calendar.findCalendars': {
    verb: 'POST',
    path: paths['calendar.findCalendars'],
    query: nothing,
    body: z.strictObject({ address, user, password, private: allowPrivate }),
    answer: z.object({ calendars: z.array(foundCalendarModel) }),
  },
  /** `calendar` is the `href` of one that was found. The first sync begins at once. */
  'calendar.link': {
    verb: 'POST',
    path: paths['calendar.link'],
    query: nothing,
    body: z.strictObject({
      ...{ address, user, password, private: allowPrivate },
      calendar: address,
      name: z.string().trim().min(1).max(120),
      staffId: z.string().min(1).max(64).nullable(),
    }),
    answer: link,
  },
  /** What came from it goes; what was written there stays. `:id` is the link's. */
  'calendar.unlink': {
    verb: 'DELETE',
    path: paths['calendar.unlink'],
    query: ofTenant,
    answer: removed,
  },
  /** Answers when it is done, or could not be: the link says which. */
  'calendar.syncNow': {
    verb: 'POST',
    path: paths['calendar.syncNow'],
    query: ofTenant,
    body: nothing,
    answer: link,
  },
} as const;

export type CalendarLink = z.infer<typeof calendarLinkModel>;
export type BusyTime = z.infer<typeof busyTimeModel>;
export type FoundCalendar = z.infer<typeof foundCalendarModel>;
export type CalendarLinkChanged = z.infer<typeof calendarLinkChangedModel>;
export type NewCalendarLinkRequest = z.input<(typeof calendarLinkMethods)['calendar.link']['body']>;

import type { CalendarSync } from '../calendar/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Box, CalendarLink as StoredLink } from '../store/index.ts';
import type { BusyTime, CalendarLink, CalendarLinkChanged } from './contract/index.ts';
import { isOfThisMachine } from './guard.ts';
import type { Serve } from './method-server.ts';

export interface CalendarLinkParts {
  readonly box: Box;
  /** Nothing is found, linked or brought into step where it is absent. */
  readonly calendars: CalendarSync | undefined;
  readonly tell: (message: CalendarLinkChanged) => void;
}

/** Serves `calendarLinkMethods`. */
export function serveCalendarLinks(serve: Serve, { box, calendars, tell }: CalendarLinkParts): void {
  const sync = (): CalendarSync => {
    if (calendars) return calendars;
    throw new VoxboxError('calendar_unreachable', 'calendars elsewhere are not reached from here');
  };
  const linkOf = (tenantId: string, linkId: string): StoredLink => {
    const link = box.tenant(tenantId).calendarLinks.find(linkId);
    if (!link) throw new VoxboxError('not_found', `there is no linked calendar ${linkId}`);
    return link;
  };

  calendars?.onChange((tenantId, linkId) => {
    const link = box.tenant(tenantId).calendarLinks.find(linkId);
    tell({ type: 'calendar.link-changed', tenantId, linkId, link: link && linkAnswer(link) });
  });
  serve('calendar.links', ({ id }) => ({ links: box.tenant(id).calendarLinks.list().map(linkAnswer) }));
  serve('calendar.findCalendars', async ({ body: { private: allowPrivate = false, ...account }, reply }) => {
    checkPrivate(allowPrivate, reply.request);
    return { calendars: await sync().find({ ...account, allowPrivate }) };
  });
  serve('calendar.link', async ({ id, body: { private: allowPrivate = false, ...given }, reply }) => {
    checkPrivate(allowPrivate, reply.request);
    const store = box.tenant(id);
    if (given.staffId !== null && !store.profile().staff.some((member) => member.id === given.staffId)) {
      throw new VoxboxError('not_found', `there is nobody of the staff with the id ${given.staffId}`);
    }
    const link = linkAnswer(await sync().link(store, { ...given, allowPrivate }));
    reply.code(201);
    return { link };
  });
  serve('calendar.unlink', ({ id, query: { tenant } }) => {
    const { id: linkId } = linkOf(tenant, id);
    sync().unlink(box.tenant(tenant), linkId);
    return { removed: true as const };
  });
  serve('calendar.syncNow', async ({ id, query: { tenant } }) => {
    const { id: linkId } = linkOf(tenant, id);
    await sync().syncNow(box.tenant(tenant), linkId);
    return { link: linkAnswer(linkOf(tenant, linkId)) };
  });
}

/** Without what is the box's own. */
const linkAnswer = ({
  allowPrivate: _private,
  ctag: _ctag,
  expandedAtMs: _expanded,
  attempts: _attempts,
  nextSyncAtMs: _next,
  ...link
}: StoredLink): CalendarLink => ({ ...link, kind: 'caldav' });

/** What calendars elsewhere keep busy in a span, of those businesses. */
export const busyAnswer = (
  box: Box,
  { tenants, from, to }: { readonly tenants: readonly string[]; readonly from: number; readonly to: number },
): BusyTime[] =>
  tenants.flatMap((tenantId) =>
    box
      .tenant(tenantId)
      .calendarCopies.busy(from, to)
      .map((time) => ({ ...time, tenantId })),
  );

function checkPrivate(allowPrivate: boolean, request: Parameters<typeof isOfThisMachine>[0]): void {
  if (allowPrivate && !isOfThisMachine(request)) {
    throw new VoxboxError(
      'request_refused',
      'calendars of the own network are linked at the box itself alone',
    );
  }
}

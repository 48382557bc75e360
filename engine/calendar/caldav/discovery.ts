import { VoxboxError } from '../../foundation/index.ts';
import { at, listOf, propfind, resourcesOf, textOf } from './dav.ts';
import { type Ask, davAddress, nextAddress } from './requests.ts';
import type { FoundCalendar } from './sync.ts';

/**
 * The calendars of an account, from whatever address of its server somebody knows (RFC 6764 §6, RFC 5397, RFC 4791
 * §6.2.1): that address itself, then the well-known one.
 *
 * @throws VoxboxError `calendar_not_found`, and what a request throws
 */
export async function findCalendars(ask: Ask, address: string): Promise<FoundCalendar[]> {
  const start = davAddress(address);
  for (const url of [start, new URL('/.well-known/caldav', start)]) {
    const home = await homeFrom(ask, url);
    if (home === null) continue;
    const calendars = await calendarsAt(ask, home);
    if (calendars.length > 0) return calendars;
  }
  throw new VoxboxError(
    'calendar_not_found',
    `there are no calendars to be found by CalDAV at ${start.host}`,
  );
}

/** What one address says of itself, or of what lies in it; null where it is none of WebDAV. */
async function look(ask: Ask, url: URL, depth: '0' | '1', ...props: readonly string[]) {
  const answer = await ask({ method: 'PROPFIND', url: url.href, depth, body: propfind(...props) });
  if (answer.status !== 207) return null;
  return { from: new URL(answer.url), resources: resourcesOf(answer.body) };
}

const principal = 'd:current-user-principal';
const homeSet = 'c:calendar-home-set';

async function homeFrom(ask: Ask, url: URL): Promise<URL | null> {
  const first = await look(ask, url, '0', principal, homeSet);
  const own = first?.resources[0];
  if (!first || !own) return null;
  const ownHome = textOf(at(own.props['calendar-home-set'], 'href'));
  if (ownHome) return nextAddress(ownHome, first.from);
  const who = textOf(at(own.props['current-user-principal'], 'href'));
  if (!who) return null;
  const second = await look(ask, nextAddress(who, first.from), '0', homeSet);
  const home = textOf(at(second?.resources[0]?.props['calendar-home-set'], 'href'));
  return second && home ? nextAddress(home, second.from) : null;
}

async function calendarsAt(ask: Ask, home: URL): Promise<FoundCalendar[]> {
  const props = ['d:resourcetype', 'd:displayname', 'd:current-user-privilege-set'];
  const found = await look(ask, home, '1', ...props, 'c:supported-calendar-component-set');
  return (found?.resources ?? []).flatMap(({ href, props }) => {
    if (at(props.resourcetype, 'calendar') === undefined || !takesEvents(props)) return [];
    const url = nextAddress(href, found?.from ?? home).href;
    const name =
      textOf(props.displayname) || decodeURIComponent(url.split('/').filter(Boolean).at(-1) ?? url);
    return [{ href: url, name, readOnly: !isWritable(props) }];
  });
}

/** Lists of tasks are calendars too. */
function takesEvents(props: Readonly<Record<string, unknown>>): boolean {
  const kinds = listOf(at(props['supported-calendar-component-set'], 'comp')).map((kind) =>
    at(kind, '@name'),
  );
  return kinds.length === 0 || kinds.includes('VEVENT');
}

/** Where a server says nothing of privileges, writing will show it. */
function isWritable(props: Readonly<Record<string, unknown>>): boolean {
  const privileges = listOf(at(props['current-user-privilege-set'], 'privilege')).flatMap((one) =>
    typeof one === 'object' && one !== null ? Object.keys(one) : [],
  );
  const enough = ['all', 'write', 'write-content', 'bind'];
  return privileges.length === 0 || privileges.some((name) => enough.includes(name));
}

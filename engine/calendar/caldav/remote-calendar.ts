import { VoxboxError } from '../../foundation/index.ts';
import { multiget, propfind, resourcesOf, textOf } from './dav.ts';
import { type Ask, nextAddress } from './requests.ts';

/** An object as it lies in a calendar elsewhere. */
export interface RemoteObject {
  readonly href: string;
  readonly etag: string;
  readonly body: string;
}

/** What came of writing: `changed` where somebody else has written there since it was looked at. */
export type Written =
  | { readonly kind: 'written'; readonly etag: string | null }
  | { readonly kind: 'changed' };

/** One calendar of an account. Everything throws VoxboxError `calendar_not_found`, and what a request throws. */
export interface RemoteCalendar {
  /** Changes with the calendar; null where its server does not tell. */
  ctag(): Promise<string | null>;
  /** `href` → `etag` of everything in it. */
  etags(): Promise<Map<string, string>>;
  /** Those of them that are there. */
  read(hrefs: readonly string[]): Promise<RemoteObject[]>;
  /** `etag` null: nothing may lie there yet. */
  write(href: string, body: string, etag: string | null): Promise<Written>;
  /** What is gone already is written as well. */
  remove(href: string, etag: string): Promise<Written>;
  /** Where a new object of that name goes. */
  hrefOf(name: string): string;
}

const mostAtOnce = 50;

export function remoteCalendar(ask: Ask, calendar: string): RemoteCalendar {
  const base = new URL(calendar.endsWith('/') ? calendar : `${calendar}/`);
  const absolute = (href: string): string => nextAddress(href, base).href;
  const list = async (depth: '0' | '1', ...props: readonly string[]) => {
    const answer = await ask({ method: 'PROPFIND', url: base.href, depth, body: propfind(...props) });
    if (answer.status !== 207) throw missing(answer.status);
    return resourcesOf(answer.body);
  };
  const write = async (request: Parameters<Ask>[0]): Promise<Written> => {
    const { status, etag } = await ask(request);
    if (status === 412 || status === 409 || (status === 404 && request.method === 'PUT')) {
      return { kind: 'changed' };
    }
    if (status < 300 || (status === 404 && request.method === 'DELETE')) return { kind: 'written', etag };
    throw new VoxboxError('calendar_unreachable', `the calendar does not take a change: status ${status}`);
  };

  return {
    async ctag() {
      const [own] = await list('0', 's:getctag');
      return textOf(own?.props.getctag);
    },
    async etags() {
      const resources = await list('1', 'd:getetag', 'd:resourcetype');
      const objects = resources.flatMap(({ href, props }): [string, string][] => {
        const etag = textOf(props.getetag);
        const isFolder = typeof props.resourcetype === 'object';
        return etag === null || isFolder || absolute(href) === base.href ? [] : [[absolute(href), etag]];
      });
      return new Map(objects);
    },
    async read(hrefs) {
      const found: RemoteObject[] = [];
      for (let from = 0; from < hrefs.length; from += mostAtOnce) {
        const paths = hrefs.slice(from, from + mostAtOnce).map((href) => new URL(href).pathname);
        const body = multiget(paths);
        const answer = await ask({ method: 'REPORT', url: base.href, depth: '1', body });
        if (answer.status !== 207) throw missing(answer.status);
        for (const { href, props } of resourcesOf(answer.body)) {
          const [etag, text] = [textOf(props.getetag), textOf(props['calendar-data'])];
          if (etag !== null && text !== null) found.push({ href: absolute(href), etag, body: text });
        }
      }
      return found;
    },
    write: (href, body, etag) =>
      write({
        ...{ method: 'PUT', url: href, body, contentType: 'text/calendar; charset=utf-8' },
        ...(etag === null ? { ifNew: true } : { ifMatch: etag }),
      }),
    remove: (href, etag) => write({ method: 'DELETE', url: href, ifMatch: etag }),
    hrefOf: (name) => new URL(`${encodeURIComponent(name)}.ics`, base).href,
  };
}

const missing = (status: number): VoxboxError =>
  status === 403
    ? new VoxboxError('calendar_login_refused', 'the calendar may not be read with that name')
    : new VoxboxError('calendar_not_found', `the calendar is not there: status ${status}`);

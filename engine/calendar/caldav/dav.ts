import { XMLParser } from 'fast-xml-parser';
import { VoxboxError } from '../../foundation/index.ts';

/** What a server says of one resource (RFC 4918 §14.24). */
export interface DavResource {
  readonly href: string;
  /** Of the resource itself; 200 where it only tells of its properties. */
  readonly status: number;
  /** Those that it has, by their local names. */
  readonly props: Readonly<Record<string, unknown>>;
}

const parser = () =>
  new XMLParser({
    removeNSPrefix: true,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    // An ETag or a name that looks like a number is none.
    parseTagValue: false,
    parseAttributeValue: false,
    htmlEntities: true,
    isArray: (name) => name === 'response' || name === 'propstat',
  });

/** @throws VoxboxError `calendar_unreachable` for what is no answer of that kind */
export function resourcesOf(xml: string): DavResource[] {
  let parsed: unknown;
  try {
    parsed = parser().parse(xml);
  } catch (cause) {
    throw new VoxboxError('calendar_unreachable', 'the server does not answer in XML', { cause });
  }
  return listOf(at(at(parsed, 'multistatus'), 'response')).map((response) => ({
    href: textOf(at(response, 'href')) ?? '',
    status: statusOf(at(response, 'status')) ?? 200,
    props: Object.assign(
      {},
      ...listOf(at(response, 'propstat'))
        .filter((propstat) => (statusOf(at(propstat, 'status')) ?? 200) < 300)
        .map((propstat) => at(propstat, 'prop')),
    ) as Record<string, unknown>,
  }));
}

export const at = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === '' ? [] : Array.isArray(value) ? value : [value];

/** Also of an element that has attributes. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const text = at(value, '#text');
  return typeof text === 'string' ? text : null;
}

/** `HTTP/1.1 404 Not Found` */
function statusOf(value: unknown): number | null {
  const status = /^HTTP\/\S+ (\d{3})/.exec(textOf(value) ?? '')?.[1];
  return status === undefined ? null : Number(status);
}

const namespaces =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"';

export const propfind = (...props: readonly string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?><d:propfind ${namespaces}><d:prop>${props
    .map((name) => `<${name}/>`)
    .join('')}</d:prop></d:propfind>`;

/** RFC 4791 §7.9 */
export const multiget = (hrefs: readonly string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?><c:calendar-multiget ${namespaces}><d:prop><d:getetag/><c:calendar-data/></d:prop>${hrefs
    .map((href) => `<d:href>${escaped(href)}</d:href>`)
    .join('')}</c:calendar-multiget>`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

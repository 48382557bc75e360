import type { Header } from './model.ts';

/** Compact forms of RFC 3261 §7.3.3 and of the extensions that carriers use. */
const compactForms: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
};

const usualSpellings = [
  ...Object.values(compactForms),
  ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Authorization', 'CSeq'],
  ...['Call-Info', 'Content-Disposition', 'Content-Language', 'Date', 'Diversion', 'Error-Info', 'Expires'],
  ...['Identity', 'In-Reply-To', 'MIME-Version', 'Max-Forwards', 'Min-Expires', 'Min-SE', 'Organization'],
  ...['P-Asserted-Identity', 'P-Preferred-Identity', 'Path', 'Privacy', 'Proxy-Authenticate'],
  ...['Proxy-Authorization', 'Proxy-Require', 'RAck', 'RSeq', 'Reason', 'Record-Route', 'Remote-Party-ID'],
  ...['Reply-To', 'Require', 'Retry-After', 'Route', 'Server', 'Service-Route', 'Subscription-State'],
  ...['Timestamp', 'Unsupported', 'User-Agent', 'WWW-Authenticate', 'Warning'],
] as const;

const longForms: ReadonlyMap<string, string> = new Map([
  ...usualSpellings.map((name) => [name.toLowerCase(), name] as const),
  ...Object.entries(compactForms),
]);

/** Long form in the usual spelling; a name nobody knows stays as it is. */
export const canonicalName = (name: string): string => longForms.get(name.toLowerCase()) ?? name;

const sameName = (header: Header, name: string): boolean =>
  header.name === name || header.name.toLowerCase() === name.toLowerCase();

/** Every value under `name` (long form), one per header line. */
export const headerValues = (headers: readonly Header[], name: string): string[] =>
  headers.filter((header) => sameName(header, name)).map((header) => header.value);

export const headerValue = (headers: readonly Header[], name: string): string | null =>
  headers.find((header) => sameName(header, name))?.value ?? null;

/** The headers without those in `names` (long forms in lower case). */
export const withoutHeaders = (headers: readonly Header[], names: ReadonlySet<string>): Header[] =>
  headers.filter((header) => !names.has(header.name.toLowerCase()));

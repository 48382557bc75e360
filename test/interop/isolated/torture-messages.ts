import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

/** Statuses that blame the message or the server: no answer to a message that is to be served. */
const blaming = [400, 413, 414, 493, 500, 505, 513];

/** One message of the RFC, with the answers that are right over a datagram and over a stream. */
export interface TortureRow {
  readonly name: string;
  /** `valid`, `invalid`, `application`, …: the RFC's own sections. */
  readonly kind: string;
  readonly udp: readonly string[];
  readonly tcp: readonly string[];
}

export interface TortureSet {
  readonly rfc: string;
  readonly folder: string;
  /** How many rows the RFC has. */
  readonly count: number;
  /** End of a title: why the messages cannot be sent here. */
  readonly missing: string;
  readonly rows: readonly TortureRow[];
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

function rowsOf(folder: string): readonly TortureRow[] {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  const lines = text.split('\n').filter((line) => /^\| [a-z0-9-]+ \| (§?[\d.]+|–) \|/.test(line));
  return lines.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, name = '', , kind = '', asked = '', allowed = '', tcpAsked = '', tcpAllowed = ''] = cells;
    // An empty cell of the stream's columns means: as over a datagram.
    const tcp = `${tcpAsked === '' ? asked : tcpAsked} ${tcpAllowed === '' ? allowed : tcpAllowed}`;
    return { name, kind, udp: words(`${asked} ${allowed}`), tcp: words(tcp) };
  });
}

/** The torture messages of RFC 4475 and RFC 5118, where they lie beside this tree. */
export const tortureSets = (): readonly TortureSet[] =>
  [
    { rfc: 'RFC 4475', name: 'rfc4475', count: 50 },
    { rfc: 'RFC 5118', name: 'rfc5118', count: 12 },
  ].map(({ rfc, name, count }) => {
    const folder = join(shared, name);
    const there = existsSync(join(folder, 'README.md'));
    const missing = there ? '' : ` (the messages are not at ${relative(process.cwd(), folder)})`;
    return { rfc, folder, count, missing, rows: there ? rowsOf(folder) : [] };
  });

/** @param status of the final answer; null where none came @param closed the connection was closed */
export const fits = (
  status: number | null,
  allowed: readonly string[],
  { closed = false }: { readonly closed?: boolean } = {},
): boolean =>
  allowed.some((word) => {
    if (word === 'silence') return status === null;
    if (word === 'closed') return closed;
    if (word === 'served')
      return status !== null && !blaming.includes(status) && !allowed.includes(`-${status}`);
    return Number(word) === status;
  });

/** What a header section says, read without the engine: unfolded, names in lower case, compact forms written out. */
export function readHead(octets: Buffer): {
  readonly startLine: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
} {
  const text = octets.toString('latin1');
  const head = (text.split('\r\n\r\n', 1)[0] ?? '').replaceAll(/\r\n[ \t]+/g, ' ');
  const [startLine = '', ...lines] = head.split('\r\n');
  const compact: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id' };
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) return [];
    const name = line.slice(0, colon).trim().toLowerCase();
    return [{ name: compact[name] ?? name, value: line.slice(colon + 1).trim() }];
  });
  return { startLine, headers };
}

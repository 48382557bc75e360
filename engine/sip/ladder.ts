import { splitOutside } from './message/grammar.ts';
import type { SdpMedia } from './sdp/model.ts';
import { parseOffer } from './sdp/parse.ts';
import type { SipTrace } from './watch.ts';

/** One message as a page draws it. */
export interface LadderRow {
  /** UTC milliseconds, and milliseconds since the first message of the ladder. */
  readonly atMs: number;
  readonly afterMs: number;
  /** Indices of `columns`: 0 is the box. */
  readonly from: number;
  readonly to: number;
  /** `INVITE`, or `200 OK (INVITE)`. */
  readonly label: string;
  /** The same message from the same side, once more. */
  readonly repeated: boolean;
  /** Worth a second look: repeated, refused, warned about, or without an answer. */
  readonly unusual: boolean;
  /** What is worth reading in it: audio of a session description, warnings, who signs in. */
  readonly facts: readonly string[];
  /** The whole message; answers to passwords and SRTP keys are masked. */
  readonly text: string;
}

export interface Ladder {
  /** The box first, then each peer (`address:port`) as it came up. */
  readonly columns: readonly string[];
  readonly rows: readonly LadderRow[];
}

const boxName = 'Voxbox';

/** Puts what was seen on the wire into the order in which it happened. Never throws. */
export function ladderOf(traces: readonly SipTrace[]): Ladder {
  const entries = traces.toSorted((one, other) => one.atMs - other.atMs);
  const peers = [...new Set(entries.map(({ peer }) => peer))];
  const firstMs = entries[0]?.atMs ?? 0;
  const seen = new Set<string>();
  const toldSeenAs = new Map<string, string>();
  const hasTrouble = troublesOf(entries);
  const rows = entries.map((entry): LadderRow => {
    const identity = `${entry.direction} ${entry.peer} ${entry.text}`;
    const repeated = seen.has(identity);
    seen.add(identity);
    const { refused, unanswered } = hasTrouble(entry);
    const warned = headersOf(entry.text, 'warning').length > 0;
    // Once for each peer is enough, unless it changes.
    const seenAs = seenAsFact(entry.text);
    const isNews = seenAs !== null && toldSeenAs.get(entry.peer) !== seenAs;
    if (isNews) toldSeenAs.set(entry.peer, seenAs);
    const other = peers.indexOf(entry.peer) + 1;
    const inward = entry.direction === 'in';
    return {
      atMs: entry.atMs,
      afterMs: Math.max(0, entry.atMs - firstMs),
      from: inward ? other : 0,
      to: inward ? 0 : other,
      label: labelOf(entry),
      repeated,
      unusual: repeated || refused || unanswered || warned,
      facts: [
        ...(unanswered ? ['no answer so far'] : []),
        ...factsOf(entry),
        ...(isNews ? [printable(seenAs)] : []),
      ],
      text: masked(entry.text),
    };
  });
  return { columns: [boxName, ...peers], rows };
}

interface Trouble {
  readonly refused: boolean;
  readonly unanswered: boolean;
}

/** A challenge to a request without a password is no refusal, nor is the end of a call that was cancelled. */
function troublesOf(entries: readonly SipTrace[]): (entry: SipTrace) => Trouble {
  const answered = new Set<string>();
  const signed = new Set<string>();
  const latest = new Map<string, SipTrace>();
  for (const entry of entries) {
    const transaction = transactionOf(entry);
    if (statusOf(entry) >= 200) answered.add(transaction);
    if (statusOf(entry) > 0) continue;
    latest.set(transaction, entry);
    if (signerOf(entry.text) !== null) signed.add(transaction);
  }
  return (entry) => {
    const transaction = transactionOf(entry);
    const status = statusOf(entry);
    const isChallenge = (status === 401 || status === 407) && !signed.has(transaction);
    const isLatest = latest.get(transaction) === entry && !entry.startLine.startsWith('ACK ');
    return {
      refused: status >= 400 && status !== 487 && !isChallenge,
      unanswered: isLatest && !answered.has(transaction),
    };
  };
}

/** 0 for a request. */
const statusOf = ({ startLine }: SipTrace): number => Number(/^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1] ?? 0);

const transactionOf = ({ callId, text }: SipTrace): string =>
  `${callId} ${(headersOf(text, 'cseq')[0] ?? '').replaceAll(/\s+/g, ' ')}`;

/** A terminal must not obey what strangers send. */
const printable = (text: string): string => text.replace(/[\p{C}\u0080-\u00ff]/gu, '?');

function labelOf({ startLine, text }: SipTrace): string {
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(startLine.trim());
  if (!response) return printable(startLine.trim().split(' ', 1)[0] ?? '').slice(0, 20);
  const method = headersOf(text, 'cseq')[0]?.split(/\s+/)[1] ?? '';
  const reason = printable(response[2] ?? '').slice(0, 30);
  return `${response[1]} ${reason}`.trim() + (method === '' ? '' : ` (${printable(method).slice(0, 10)})`);
}

const shortNames: Readonly<Record<string, string>> = { 'content-type': 'c', contact: 'm', via: 'v' };

/** Values of one header field, in their order; folded lines are joined (RFC 3261 §7.3.1). */
export function headersOf(text: string, name: string): string[] {
  const end = text.indexOf('\r\n\r\n');
  const lines = (end < 0 ? text : text.slice(0, end)).replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return lines.slice(1).flatMap((line) => {
    const colon = line.indexOf(':');
    const field = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    return field === name || (field !== '' && field === shortNames[name])
      ? [line.slice(colon + 1).trim()]
      : [];
  });
}

export const bodyOf = (text: string): string => {
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? '' : text.slice(end + 4);
};

/** User whose password a request brings. */
function signerOf(text: string): string | null {
  const [signed] = [...headersOf(text, 'authorization'), ...headersOf(text, 'proxy-authorization')];
  return (signed && /username="([^"]*)"/i.exec(signed)?.[1]) ?? null;
}

function seenAsFact(text: string): string | null {
  const seenAs = text.startsWith('SIP/2.0') ? receivedOf(text) : null;
  return seenAs && `sees us at ${seenAs.address}${seenAs.port === null ? '' : `:${seenAs.port}`}`;
}

function factsOf({ startLine, text }: SipTrace): string[] {
  const user = startLine.startsWith('ACK ') ? null : signerOf(text);
  return [
    ...audioFacts(text),
    ...(user === null ? [] : [`signs in as ${user}`]),
    ...headersOf(text, 'warning').map((value) => `warning: ${value}`),
    ...headersOf(text, 'reason').map((value) => `reason: ${value}`),
    ...headersOf(text, 'retry-after').map((value) => `retry after ${value} s`),
    ...headersOf(text, 'refer-to').map((value) => `to ${value}`),
  ].map((fact) => printable(fact).slice(0, 160));
}

/** Where the other side saw our request come from: `received` and `rport` of the topmost Via (RFC 3261 §18.2.1, RFC 3581 §4). */
export function receivedOf(text: string): { readonly address: string; readonly port: number | null } | null {
  const top = splitOutside(headersOf(text, 'via')[0] ?? '', ',')[0] ?? '';
  const address = /;\s*received\s*=\s*\[?([0-9A-Fa-f.:]+)\]?/i.exec(top)?.[1];
  const port = /;\s*rport\s*=\s*(\d{1,5})/i.exec(top)?.[1];
  return address === undefined ? null : { address, port: port === undefined ? null : Number(port) };
}

function audioFacts(text: string): string[] {
  const type = headersOf(text, 'content-type')[0]?.toLowerCase() ?? '';
  if (!type.startsWith('application/sdp')) return [];
  try {
    return parseOffer(bodyOf(text)).media.map(inWords);
  } catch {
    return ['unreadable session description'];
  }
}

function inWords({ type, address, port, formats, direction, protocol }: SdpMedia): string {
  if (port === 0) return `${type} refused`;
  const codecs = [...new Set(formats.map(({ encoding }) => encoding))].join(' ');
  const secret = protocol.includes('SAVP') ? ' encrypted' : '';
  const way = direction === 'sendrecv' ? '' : ` ${direction}`;
  return `${type} ${address ?? '?'}:${port} ${codecs}${secret}${way}`.trimEnd();
}

const masked = (text: string): string =>
  text
    .replaceAll(/(\bresponse\s*=\s*")[^"]*"/gi, '$1..."')
    .replaceAll(/(^a=crypto:.*?inline:)[^|;\s]+/gim, '$1...');

const narrowestGap = 34;

/** The ladder for a terminal: a column for each side, a line for each message; `!` marks what is unusual. */
export function ladderText(ladder: Ladder): string {
  const { columns, rows } = ladder;
  if (rows.length === 0) return 'No message was exchanged.\n';
  const longest = Math.max(...rows.map((row) => shown(row).length), ...columns.map((name) => name.length));
  const gap = Math.max(narrowestGap, longest + 6);
  const timeWidth = Math.max(...rows.map(({ afterMs }) => seconds(afterMs).length));
  const margin = ' '.repeat(timeWidth + 2);
  const heading = columns.map((name) => name.padEnd(gap + 1)).join('');
  const lines = rows.map((row) => {
    const facts = row.facts.length > 0 ? `  ${row.facts.join('; ')}` : '';
    const mark = row.unusual ? ' !' : '  ';
    return `${seconds(row.afterMs).padStart(timeWidth)}${mark}${arrow(row, columns.length, gap)}${facts}`;
  });
  const rule = margin + columns.map(() => '│').join(' '.repeat(gap));
  return [`${margin}${heading}`, rule, ...lines, rule].map((line) => `${line.trimEnd()}\n`).join('');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
const shown = ({ label, repeated }: LadderRow): string => (repeated ? `${label} again` : label);

/** The box is the first column: arrows begin or end there and cross what lies between. */
function arrow(row: LadderRow, columns: number, gap: number): string {
  const outward = row.from === 0;
  const far = outward ? row.to : row.from;
  const label = ` ${shown(row)} `;
  let line = outward ? '├' : '◄';
  for (let column = 1; column < columns; column += 1) {
    if (column > far) line += `${' '.repeat(gap)}│`;
    else {
      const dashes = column === 1 ? `──${label}`.padEnd(gap, '─') : '─'.repeat(gap);
      line += dashes + (column < far ? '┼' : outward ? '►' : '┤');
    }
  }
  return line;
}

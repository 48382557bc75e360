import type { AgentDocument, OpenSpan } from '../../engine/api/contract/index.ts';
import { agentDraftStrings as words } from './strings-agent-draft.ts';

/** A stretch of a text that stayed, came or went. */
export interface Piece {
  readonly kind: 'same' | 'new' | 'old';
  readonly text: string;
}

/** What differs between two documents, in words. */
export interface Difference {
  /** What it is about, for example "Greeting" or "Service Filling". */
  readonly about: string;
  readonly pieces: readonly Piece[];
}

/** What `after` has that `before` had not, and the other way round; in the order of the page. */
export function differencesOf(before: AgentDocument, after: AgentDocument): readonly Difference[] {
  const text = (about: string, one: string, other: string): Difference[] =>
    one === other ? [] : [{ about, pieces: wordPieces(one, other) }];
  const { about } = words;
  return [
    ...text(about.agentName, before.agentName, after.agentName),
    ...text(about.greeting, before.greeting, after.greeting),
    ...text(about.profession, before.profession, after.profession),
    ...text(about.prompt, before.prompt, after.prompt),
    ...listed(about.switch, onOf(before), onOf(after)),
    ...each(about.skill, before.playbook.skills, after.playbook.skills, ({ title }) => title),
    ...each(
      about.bookingQuestion,
      before.playbook.bookingSlots,
      after.playbook.bookingSlots,
      ({ label }) => label,
    ),
    ...each(about.emergency, before.playbook.emergencies, after.playbook.emergencies, ({ id }) => id),
    ...each(about.service, before.services, after.services, ({ name }) => name),
    ...each(about.person, before.staff.map(timed), after.staff.map(timed), ({ name }) => name),
    ...text(about.hours, hoursOf(before), hoursOf(after)),
    ...text(about.address, before.playbook.address ?? '', after.playbook.address ?? ''),
    ...text(about.directions, before.playbook.directions ?? '', after.playbook.directions ?? ''),
    ...rest(before, after),
  ];
}

const shown = ['address', 'directions', 'skills', 'bookingSlots', 'emergencies'];

/** What the page does not show, name by name: the menu, what is read out of calls. */
function rest({ playbook: one }: AgentDocument, { playbook: other }: AgentDocument): Difference[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !shown.includes(name),
  );
  return names
    .filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
    .map((name) => ({
      about: name in words.rest ? words.rest[name as keyof typeof words.rest] : name,
      pieces: linePieces(pretty(one[name]), pretty(other[name])),
    }));
}

const onOf = ({ skills }: AgentDocument): readonly string[] => skills;

function listed(about: string, before: readonly string[], after: readonly string[]): Difference[] {
  const came = after.filter((entry) => !before.includes(entry));
  const went = before.filter((entry) => !after.includes(entry));
  const pieces = [
    ...went.map((text) => ({ kind: 'old', text: words.off(text) }) as const),
    ...came.map((text) => ({ kind: 'new', text: words.on(text) }) as const),
  ];
  return pieces.length === 0 ? [] : [{ about, pieces: spaced(pieces) }];
}

/** By id: what came, what went, and what changed of those that stayed. */
function each<T extends { readonly id: string }>(
  about: (name: string) => string,
  before: readonly T[],
  after: readonly T[],
  nameOf: (entry: T) => string,
): Difference[] {
  const went = before.filter(({ id }) => !after.some((other) => other.id === id));
  const came = after.filter(({ id }) => !before.some((other) => other.id === id));
  const changed = after.flatMap((entry) => {
    const old = before.find(({ id }) => id === entry.id);
    return old && JSON.stringify(old) !== JSON.stringify(entry) ? [[old, entry] as const] : [];
  });
  const moved =
    went.length + came.length + changed.length === 0 && before.some(({ id }, i) => after[i]?.id !== id);
  return [
    ...went.map(
      (entry) => ({ about: about(nameOf(entry)), pieces: [{ kind: 'old', text: words.removed }] }) as const,
    ),
    ...came.map(
      (entry) => ({ about: about(nameOf(entry)), pieces: [{ kind: 'new', text: words.added }] }) as const,
    ),
    ...changed.map(([old, entry]) => ({
      about: about(nameOf(entry)),
      pieces: linePieces(pretty(old), pretty(entry)),
    })),
    ...(moved
      ? [{ about: about(''), pieces: [{ kind: 'new', text: after.map(nameOf).join(', ') }] } as const]
      : []),
  ];
}

/** Each value on a line of its own, without ids, brackets and quotes. */
function pretty(value: unknown, prefix = ''): string {
  if (Array.isArray(value)) {
    const plain = value.every((entry) => typeof entry !== 'object' || entry === null);
    if (plain) return `${prefix}${value.join(', ')}\n`;
    return value.map((entry, i) => pretty(entry, `${prefix}${nameIn(entry) ?? i + 1} · `)).join('');
  }
  if (typeof value !== 'object' || value === null) return `${prefix}${String(value ?? words.none)}\n`;
  return Object.entries(value)
    .filter(([name]) => name !== 'id')
    .map(([name, part]) => pretty(part, `${prefix}${words.field(name)}: `))
    .join('');
}

const nameIn = (entry: unknown): string | null => {
  const { label, title, name, id } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const found = [label, title, name, id].find((text) => typeof text === 'string');
  return typeof found === 'string' ? found : null;
};

/** When somebody works, in words. */
const timed = (person: AgentDocument['staff'][number]) => ({
  ...person,
  hours: person.hours.length === 0 ? words.services.allHours : hoursOf(person),
});

const hoursOf = ({ hours }: { readonly hours: readonly OpenSpan[] }): string =>
  words.days
    .map((day, i) => {
      const spans = hours.filter(({ weekday }) => weekday === i + 1);
      const told = spans.map(({ fromMinute, toMinute }) => `${clockOf(fromMinute)}–${clockOf(toMinute)}`);
      return `${day} ${told.join(', ') || words.closed}`;
    })
    .join('; ');

/** 9:00, from minutes since midnight. */
export const clockOf = (minute: number): string =>
  `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;

/** Word by word, with the white space before each. */
export const wordPieces = (before: string, after: string): readonly Piece[] =>
  piecesOf(before.match(/\s*\S+|\s+$/g) ?? [], after.match(/\s*\S+|\s+$/g) ?? []);

/** Line by line, without those that stayed. */
const linePieces = (before: string, after: string): readonly Piece[] =>
  spaced(
    piecesOf(before.split('\n').filter(Boolean), after.split('\n').filter(Boolean), '\n').filter(
      ({ kind }) => kind !== 'same',
    ),
  );

const spaced = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.map(({ kind, text }, i) => ({ kind, text: i === pieces.length - 1 ? text : `${text}\n` }));

/** Longer texts are told as gone and come, whole: their table would not be worth its memory. */
const largestTable = 4_000_000;

/** The longest common run of entries stays; neighbours of a kind are one piece. */
function piecesOf(before: readonly string[], after: readonly string[], joint = ''): readonly Piece[] {
  let from = 0;
  while (from < Math.min(before.length, after.length) && before[from] === after[from]) from += 1;
  let to = 0;
  while (
    to < Math.min(before.length, after.length) - from &&
    before[before.length - 1 - to] === after[after.length - 1 - to]
  )
    to += 1;
  const same = (entries: readonly string[]): Piece[] => entries.map((text) => ({ kind: 'same', text }));
  const one = before.slice(from, before.length - to);
  const other = after.slice(from, after.length - to);
  const middle =
    one.length * other.length > largestTable
      ? [
          ...one.map((text) => ({ kind: 'old', text }) as const),
          ...other.map((text) => ({ kind: 'new', text }) as const),
        ]
      : aligned(one, other);
  const all = [...same(before.slice(0, from)), ...middle, ...same(before.slice(before.length - to))];
  const pieces: Piece[] = [];
  for (const piece of all) {
    const last = pieces.at(-1);
    if (last?.kind === piece.kind)
      pieces.splice(-1, 1, { ...last, text: `${last.text}${joint}${piece.text}` });
    else pieces.push(piece);
  }
  return pieces;
}

/** By the table of the lengths of common runs, from the end. */
function aligned(before: readonly string[], after: readonly string[]): Piece[] {
  const width = after.length + 1;
  const table = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      pieces.push({ kind: 'same', text: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      pieces.push({ kind: 'old', text: old });
      i += 1;
    } else {
      pieces.push({ kind: 'new', text: fresh ?? '' });
      j += 1;
    }
  }
  return pieces;
}

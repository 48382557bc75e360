import type { FoundCalendar } from '../../engine/api/contract/index.ts';
import { calendarLinkStrings } from './strings-calendar-links.ts';

const words = calendarLinkStrings.form;

export type LinkKind = keyof typeof words.kinds;
export const linkKinds = Object.keys(words.kinds) as readonly LinkKind[];

/** Those whose address is the same for everybody. */
const fixedAddresses: Partial<Record<LinkKind, string>> = {
  icloud: 'https://caldav.icloud.com',
  fastmail: 'https://caldav.fastmail.com',
};

const exampleAddresses: Partial<Record<LinkKind, string>> = {
  nextcloud: 'https://cloud.example.com',
  caldav: 'https://calendar.example.com',
};

/** What is typed to connect a calendar. */
export interface LinkDraft {
  kind: LinkKind;
  address: string;
  user: string;
  password: string;
  /** Where the chosen calendar lies; empty: none is chosen. */
  calendar: string;
  /** Empty: it is of the whole business. */
  staffId: string;
  /** Its server may be one of the house's own network. */
  private: boolean;
}

/** Where an account is, and what opens it. */
export interface Account {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  readonly private?: boolean;
}

export const newLinkDraft = (): LinkDraft => ({
  ...{ kind: 'nextcloud', address: '', user: '', password: '', calendar: '', staffId: '', private: false },
});

/** Null: the address need not be asked for. */
export const exampleAddress = (kind: LinkKind): string | null => exampleAddresses[kind] ?? null;

/** As it was typed, with https where nothing else is said. */
function typedAddress(text: string): string {
  const trimmed = text.trim();
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}

export const accountOf = ({ kind, address, user, password, ...draft }: LinkDraft): Account => ({
  ...{ address: fixedAddresses[kind] ?? typedAddress(address), user: user.trim(), password },
  ...(draft.private ? { private: true } : {}),
});

/** User and password have fields of their own. */
function isAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username } = new URL(address);
  return /^https?:$/.test(protocol) && hostname !== '' && username === '';
}

/** What is wrong with each field, in words; null where it is good. */
export const accountTroubles = (
  draft: LinkDraft,
): Readonly<Record<'address' | 'user' | 'password', string | null>> => ({
  address: isAddress(accountOf(draft).address) ? null : words.wrong.address,
  user: draft.user.trim() === '' ? words.wrong.user : null,
  password: draft.password === '' ? words.wrong.password : null,
});

/** What was found with one account is nothing of another. */
export const isSameAccount = (one: Account, other: Account): boolean =>
  one.address === other.address && one.user === other.user && one.password === other.password;

/** The chosen one, as long as it is among those that were found. */
export const chosenOf = (draft: LinkDraft, found: readonly FoundCalendar[]): FoundCalendar | null =>
  found.find(({ href }) => href === draft.calendar) ?? null;

/** Where only one can be chosen, it is. */
export const firstChoice = ([first, second]: readonly FoundCalendar[]): string =>
  first && !second ? first.href : '';

/** The name of the server, as people know it. */
export const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);

export const whoseOf = (
  { staffId }: { readonly staffId: string | null },
  staff: readonly { readonly id: string; readonly name: string }[],
): string =>
  staffId === null
    ? calendarLinkStrings.row.everybody
    : (staff.find(({ id }) => id === staffId)?.name ?? calendarLinkStrings.row.formerStaff);

/** What keeps a calendar from being in step, and what to do. @param code of the error catalogue */
export function problemOf(code: string): string {
  const known: Readonly<Record<string, string>> = calendarLinkStrings.problems;
  return known[code] ?? calendarLinkStrings.problemUnknown(code);
}

/** What people type, as it is meant. */

/** Texts with commas between them. */
export const listOf = (typed: string): string[] =>
  typed
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** E.164; null where it is none. Spaces, dashes and brackets are only there for people. */
export function numberOf(typed: string): string | null {
  const digits = typed.replace(/[\s().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}

/** Looks like an e-mail address; whether it is one is found out by writing to it. */
export const isEmail = (typed: string): boolean => /^[^\s@]+@[^\s@]+$/.test(typed.trim());

export function isZone(zone: string): boolean {
  try {
    return zone !== '' && new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** Those that hold what is looked for. */
export function found<T>(all: readonly T[], term: string, textOf: (one: T) => string): readonly T[] {
  const wanted = term.trim().toLowerCase();
  return all.filter((one) => textOf(one).toLowerCase().includes(wanted));
}

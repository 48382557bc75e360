import type { Clock } from '../foundation/index.ts';
import type { Appointment, TenantStore } from '../store/index.ts';

/**
 * Upcoming appointments of a customer, booked or drafted, earliest first. The number must be the same **and** the
 * name must match: whoever calls from a number need not be the one who booked with it.
 */
export const findAppointments = (
  tenant: TenantStore,
  { customerName, customerPhone }: { readonly customerName: string; readonly customerPhone: string },
  clock: Clock,
): Appointment[] =>
  tenant.appointments
    .ofPhone(customerPhone, clock.nowMs())
    .filter((appointment) => namesMatch(appointment.customerName, customerName));

/**
 * Whether two names are those of one person as far as a telephone tells: case, accents, order and titles do not
 * count; one of first and last name may be missing; longer names may be heard or spelled a little differently.
 */
export function namesMatch(one: string, other: string): boolean {
  const [fewer, more] = [wordsOf(one), wordsOf(other)].toSorted((a, b) => a.length - b.length);
  if (!fewer || !more || fewer.length === 0) return false;
  if (isAlike(fewer.join(''), more.join(''))) return true;
  const left = [...more];
  let whole = false;
  for (const word of fewer) {
    const i = left.findIndex((candidate) => isAlike(word, candidate));
    const initial = i >= 0 ? -1 : left.findIndex((candidate) => isInitial(word, candidate));
    if (i < 0 && initial < 0) return false;
    whole ||= i >= 0;
    left.splice(i >= 0 ? i : initial, 1);
  }
  // Initials alone say nothing.
  return whole;
}

const titles = new Set(['mr', 'mrs', 'ms', 'miss', 'mister', 'dr', 'doctor', 'prof', 'sir', 'madam']);

function wordsOf(name: string): string[] {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’`]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const named = words.filter((word) => !titles.has(word));
  return named.length > 0 ? named : words;
}

const isInitial = (one: string, other: string): boolean =>
  (one.length === 1 || other.length === 1) && one[0] === other[0];

/** Three letters must be the same; up to six may differ in one place, longer words in two. */
function isAlike(one: string, other: string): boolean {
  if (one === other) return true;
  const length = Math.min(one.length, other.length);
  const most = length <= 3 ? 0 : length <= 6 ? 1 : 2;
  return Math.abs(one.length - other.length) <= most && distance(one, other) <= most;
}

/** Insertions, deletions, substitutions and exchanges of neighbours (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
}

import type { Service } from '../../store/index.ts';
import { isCorrection } from './choice.ts';
import { editDistance, mask, spaced, type Token } from './tokens.ts';

export interface ServiceReading {
  readonly serviceId: string;
  /** 0–1. */
  readonly confidence: number;
  readonly from: number;
  readonly to: number;
}

const connectives = new Set(['and', 'or', 'the', 'a', 'an', 'of', 'with', 'for', 'in', 'my', 'to']);

/** All the ways a service is called: its name, its aliases, and the parts of a name joined by "and". */
export function serviceNames(service: Service): readonly string[] {
  const parts = service.name.split(/\s+(?:and|&|\/)\s+/i);
  return [...new Set([service.name, ...service.aliases, ...(parts.length > 1 ? parts : [])])];
}

const squeezed = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Slips of the recogniser that still count as the same word. */
const allowance = (length: number, lenient: boolean): number =>
  length < 5 ? 0 : length < 8 ? (lenient && length >= 7 ? 2 : 1) : 2;

/**
 * Finds a service by its words, forgiving split words ("clean in" for "cleaning") and single wrong letters.
 *
 * @param lenient true while the dialogue asks for the service: one slip more is forgiven
 */
export function recogniseService(
  tokens: readonly Token[],
  services: readonly Service[],
  lenient: boolean,
): ServiceReading | null {
  let best: (ServiceReading & { readonly size: number }) | null = null;
  for (const service of services) {
    for (const name of serviceNames(service)) {
      const found = findName(tokens, name, lenient) ?? findApart(tokens, name);
      if (!found) continue;
      const better =
        !best ||
        found.confidence > best.confidence ||
        (found.confidence === best.confidence && found.size > best.size);
      if (better) best = { serviceId: service.id, ...found };
    }
  }
  return best && { serviceId: best.serviceId, confidence: best.confidence, from: best.from, to: best.to };
}

/** The service that is meant; two of them, in the order in which they were said, where "and" stands between them. */
export function servicesIn(
  tokens: readonly Token[],
  services: readonly Service[],
  asked: boolean,
): readonly [ServiceReading | null, ServiceReading | null] {
  const best = recogniseService(tokens, services, asked);
  if (!best) return [null, null];
  const others = services.filter(({ id }) => id !== best.serviceId);
  const rest = mask(tokens, best.from, best.to);
  const other = recogniseService(rest, others, false);
  // "An oil change" corrects nothing.
  if (!other || isCorrection(mask(rest, other.from, other.to))) return [best, null];
  const [first, second] = best.from < other.from ? [best, other] : [other, best];
  const between = spaced(tokens.slice(first.to, second.from));
  return other.confidence === 1 && / (?:and|plus|also) /.test(between) && !/ (?:or|not|no) /.test(between)
    ? [first, second]
    : [best, null];
}

/** How many words "checkup for my daughter" may be spread over. */
const widest = 7;

/** "My daughter in for her checkup": all the words that matter of a longer name, near to each other. */
function findApart(
  tokens: readonly Token[],
  name: string,
): { confidence: number; from: number; to: number; size: number } | null {
  const words = name.toLowerCase().split(/[\s-]+/);
  const mattering = words.filter((word) => word.length > 2 && !connectives.has(word));
  if (words.length < 3 || mattering.length < 2) return null;
  const places = mattering.map((word) => tokens.findIndex(({ text }) => wordDistance(text, word) === 0));
  const [from, to] = [Math.min(...places), Math.max(...places) + 1];
  if (from < 0 || to - from > widest || new Set(places).size < places.length) return null;
  return { confidence: 1, from, to, size: squeezed(name).length };
}

function findName(
  tokens: readonly Token[],
  name: string,
  lenient: boolean,
): { confidence: number; from: number; to: number; size: number } | null {
  const target = squeezed(name);
  if (target.length < 3) return null;
  const longest = name.split(/[\s-]+/).length + 1;
  let best: { confidence: number; from: number; to: number; size: number } | null = null;
  for (let from = 0; from < tokens.length; from++) {
    let joined = '';
    for (let to = from + 1; to <= Math.min(tokens.length, from + longest); to++) {
      joined += squeezed(tokens[to - 1]?.text ?? '');
      if (connectives.has(tokens[from]?.text ?? '')) continue;
      const distance = wordDistance(joined, target);
      if (distance > allowance(target.length, lenient)) continue;
      const confidence = 1 - distance * 0.1;
      if (!best || confidence > best.confidence) best = { confidence, from, to, size: target.length };
    }
  }
  return best;
}

const shortestStem = 5;
const stemOf = (word: string): string => word.replace(/(?:ings?|ed|es|e|s)$/, '');

/** Plural and -ing endings are no difference; a different first letter weighs double. */
function wordDistance(heard: string, target: string): number {
  if (heard === target || heard === `${target}s` || `${heard}s` === target) return 0;
  // "My teeth cleaned", "my nose pierced": done or to be done, it is the same thing.
  const stem = stemOf(heard);
  if (stem.length >= shortestStem && stem === stemOf(target)) return 0;
  const distance = editDistance(heard, target);
  return heard[0] === target[0] ? distance : distance + 1;
}

/** What is looked for by its words. */
export interface Findable {
  readonly label: string;
  /** Further words that lead to it. */
  readonly words?: string;
}

/** Without case and accents, so that "jose" finds José. */
const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * Those in which every word of the term is found, the best first: a word that begins the label, one that begins a
 * word of it, one that begins a further word, one that is somewhere within. Equals keep their order.
 */
export function ranked<T extends Findable>(items: readonly T[], term: string): T[] {
  const wanted = folded(term).split(/\s+/).filter(Boolean);
  return items
    .map((item) => ({ item, distance: distanceOf(item, wanted) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .toSorted((one, other) => one.distance - other.distance)
    .map(({ item }) => item);
}

function distanceOf({ label, words = '' }: Findable, wanted: readonly string[]): number {
  const own = folded(label);
  const further = folded(words);
  let distance = 0;
  for (const word of wanted) {
    if (own.startsWith(word)) continue;
    if (begins(own, word)) distance += 1;
    else if (begins(further, word)) distance += 2;
    else if (own.includes(word) || further.includes(word)) distance += 3;
    else return Number.POSITIVE_INFINITY;
  }
  return distance;
}

const begins = (text: string, word: string): boolean =>
  text.split(/[\s·,(+]+/).some((part) => part.startsWith(word));

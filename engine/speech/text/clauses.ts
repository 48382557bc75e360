/** Clauses longer than this are cut at a conjunction, or hard. */
const longestWords = 24;
/** A comma ends a clause only when it is worth speaking on its own. */
const fewestWordsAtComma = 5;

const abbreviation =
  /(?:^|\s)(?:Dr|Mrs?|Ms|St|Jr|Sr|Prof|No|vs|appt|approx|ext|Apt|Ste|Rs|tel|Jan|Feb|Aug|Sept?|Oct|Nov|Dec|[A-Za-z]|[ap]\.m|e\.g|i\.e)\.$/i;
const opening =
  /^(?:sure|okay|ok|great|perfect|alright|all right|thanks|thank you|got it|no problem|of course|certainly|absolutely|wonderful|excellent|i'm sorry|sorry),$/i;
const conjunction = /^(?:and|but|or|so|because|which|then|while|if|when)$/i;

const wordsIn = (text: string): number => text.split(/\s+/).filter(Boolean).length;

/**
 * Cuts text that arrives in pieces into clauses that can be spoken one after the other. Where it cuts
 * depends on the text alone, not on the pieces, so that the same text always meets the same ready audio.
 */
export class ClauseSplitter {
  #rest = '';

  /** @returns the clauses that are now complete */
  push(text: string): string[] {
    this.#rest += text;
    const clauses: string[] = [];
    for (let cut = findCut(this.#rest); cut > 0; cut = findCut(this.#rest)) {
      clauses.push(this.#rest.slice(0, cut).trim());
      this.#rest = this.#rest.slice(cut);
    }
    return clauses.filter(Boolean);
  }

  /** Nothing more comes: what is left is the last clause. */
  flush(): string[] {
    const clauses = this.push('\n');
    this.#rest = '';
    return clauses;
  }
}

/** All clauses of a whole text. */
export function splitClauses(text: string): string[] {
  const splitter = new ClauseSplitter();
  return [...splitter.push(text), ...splitter.flush()];
}

/** Length of the first complete clause, 0 when there is none yet. */
function findCut(text: string): number {
  let words = 0;
  let conjunctionAt = 0;
  const separators = /\s+/g;
  for (let match = separators.exec(text); match; match = separators.exec(text)) {
    const end = match.index + match[0].length;
    const head = text.slice(0, match.index);
    if (match[0].includes('\n')) return end;
    words = wordsIn(head);
    if (words === 0) continue;
    if (/[.?!…]["')]?$/.test(head) && !abbreviation.test(head)) return end;
    // "November 24, 2026" and a telephone number are of a piece; only what follows tells.
    if (/\d,$/.test(head) && /^(?:\d|$)/.test(text.slice(end))) {
      if (end === text.length) return 0;
      continue;
    }
    if (/[,;:]$/.test(head) && (words >= fewestWordsAtComma || opening.test(head.trim()))) return end;
    const word = head.slice(head.search(/\S+$/));
    if (words > 8 && conjunction.test(word)) conjunctionAt = head.length - word.length;
    if (words >= longestWords) return conjunctionAt || end;
  }
  return 0;
}

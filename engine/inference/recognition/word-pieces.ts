/** Tokens up to this one stand for single bytes and for the ends of a text. */
const firstPiece = 259;
const blank = '▁';

/**
 * The vocabulary: each token's length (one byte up to 127, else two: low seven bits with the top bit
 * set, then the high ones), then its bytes.
 */
export function readTokens(bytes: Uint8Array): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = bytes[at] ?? 0;
    at += 1;
    if (length >= 128) {
      length = length - 128 + (bytes[at] ?? 0) * 128;
      at += 1;
    }
    tokens.push(bytes.subarray(at, at + length));
    at += length;
  }
  return tokens;
}

/** A recogniser's vocabulary of word pieces (byte-pair encoding, Sennrich et al. 2016): tokens to text and back. */
export class WordPieces {
  readonly #tokens: readonly Uint8Array[];
  readonly #ids = new Map<string, number>();

  constructor(tokens: readonly Uint8Array[]) {
    this.#tokens = tokens;
    for (const [id, bytes] of tokens.entries()) {
      const piece = Buffer.from(bytes).toString('utf8');
      if (id >= firstPiece && !this.#ids.has(piece)) this.#ids.set(piece, id);
    }
  }

  has(token: number): boolean {
    return this.#tokens[token] !== undefined;
  }

  text(tokens: readonly number[]): string {
    const bytes = Buffer.concat(tokens.map((token) => this.#tokens[token] ?? new Uint8Array()));
    return bytes.toString('utf8').replaceAll(blank, ' ').trim();
  }

  /** Words of a text as the model would write them, each with a blank before it; null where it has no tokens for it. */
  words(text: string): readonly number[] | null {
    return this.pieces(blank + text.trim().replace(/\s+/g, blank));
  }

  /** The tokens of exactly these characters; pieces that came first into the vocabulary are joined first. */
  pieces(text: string): readonly number[] | null {
    const parts = [...text];
    for (;;) {
      let best = -1;
      let bestId = Number.POSITIVE_INFINITY;
      for (let at = 0; at + 1 < parts.length; at += 1) {
        const id = this.#ids.get(`${parts[at]}${parts[at + 1]}`);
        if (id === undefined || id >= bestId) continue;
        best = at;
        bestId = id;
      }
      if (best < 0) break;
      parts.splice(best, 2, `${parts[best]}${parts[best + 1]}`);
    }
    const ids = parts.flatMap((part) => this.#ids.get(part) ?? []);
    return ids.length === parts.length ? ids : null;
  }
}

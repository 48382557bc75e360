/** A word or number of an utterance, with its place in the caller's words. */
export interface Token {
  /** Lower case, straight apostrophes; `am`/`pm` for every way of writing them. */
  readonly text: string;
  /** As the recogniser wrote it. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

const pattern =
  /\b[ap]\.\s?m\b\.?|\d{4}-\d{2}-\d{2}|\d{1,2}[:.]\d{2}(?!\d)|\d{1,2}\/\d{1,2}(?:\/\d{2,4})?|\d+(?:st|nd|rd|th)\b|\d{1,3}(?:,\d{3})+(?!\d)|\d+|\p{L}+(?:['’]\p{L}+)*/giu;

/** Splits the text of the speech recogniser; punctuation is dropped because it is not to be relied on. */
export function tokenise(text: string): readonly Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const raw = match[0];
    found.push({ text: normalise(raw), raw, start: match.index, end: match.index + raw.length });
  }
  return joinMeridiem(found);
}

function normalise(raw: string): string {
  const lower = raw.toLowerCase().replaceAll('’', "'");
  if (/^[ap]\.\s?m\.?$/.test(lower)) return `${lower[0]}m`;
  if (lower === "o'clock") return 'oclock';
  // "1,420" is one number.
  if (/^\d[\d,]*$/.test(lower)) return lower.replaceAll(',', '');
  return lower.replace(/^(\d{1,2})\.(\d{2})$/, '$1:$2');
}

const beforeMeridiem =
  /^(\d{1,4}|\d{1,2}:\d{2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|fifteen|forty|fifty|twenty|oclock)$/;

/** "ten a m" and "10 p" are times of day; "o clock" is one word. */
function joinMeridiem(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) continue;
    const previous = joined.at(-1);
    const next = tokens[i + 1];
    const afterNumber = previous !== undefined && beforeMeridiem.test(previous.text);
    if ((token.text === 'a' || token.text === 'p') && next?.text === 'm' && afterNumber) {
      joined.push({ ...token, text: `${token.text}m`, raw: `${token.raw}m`, end: next.end });
      i++;
    } else if (token.text === 'o' && next?.text === 'clock') {
      joined.push({ ...token, text: 'oclock', end: next.end });
      i++;
    } else if (token.text === 'p' && afterNumber && /^\d/.test(previous.text)) {
      joined.push({ ...token, text: 'pm' });
    } else joined.push(token);
  }
  return joined;
}

/** The words with single spaces and one at both ends, so that ` word ` finds whole words. */
export const spaced = (tokens: readonly Token[]): string =>
  ` ${tokens.map((token) => token.text).join(' ')} `;

/** How many words a text has, whatever spaces stand around them: those of `spaced` tokens are their number. */
export const wordsIn = (text: string): number => text.split(' ').filter((word) => word !== '').length;

/** Takes tokens out of play, for example the digits of a phone number before times are looked for. */
export const mask = (tokens: readonly Token[], from: number, to: number): readonly Token[] =>
  tokens.map((token, i) => (i >= from && i < to ? { ...token, text: '#', raw: '#' } : token));

/** Smallest number of insertions, deletions and substitutions, up to `limit` (then `limit + 1`). */
export function editDistance(a: string, b: string, limit = 3): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row[b.length] ?? 0, limit + 1);
}

import { knownNames } from './known-names.ts';
import { stopWords } from './stop-words.ts';
import { editDistance, type Token } from './tokens.ts';

const nato: Readonly<Record<string, string>> = {
  alpha: 'a',
  alfa: 'a',
  bravo: 'b',
  charlie: 'c',
  delta: 'd',
  echo: 'e',
  foxtrot: 'f',
  golf: 'g',
  hotel: 'h',
  india: 'i',
  juliet: 'j',
  juliett: 'j',
  kilo: 'k',
  lima: 'l',
  mike: 'm',
  november: 'n',
  oscar: 'o',
  papa: 'p',
  quebec: 'q',
  romeo: 'r',
  sierra: 's',
  tango: 't',
  uniform: 'u',
  victor: 'v',
  whiskey: 'w',
  whisky: 'w',
  xray: 'x',
  yankee: 'y',
  zulu: 'z',
};

/** Letters that sound alike on a telephone. */
const alike = ['sf', 'mn', 'bdptgcvz'] as const;

/** A shorter name may be any. */
const leastLetters = 5;

/**
 * The name that was spelled. Where nobody is called that, and one letter of it is easily mistaken for one that makes
 * a common name, it is that name: the one that was heard, or the only one that there is.
 */
export function plausible(spelled: string, heard: string | null): string {
  const word = withoutEcho(spelled.toLowerCase());
  const said = heard?.toLowerCase() ?? '';
  if (knownNames.has(word)) return word;
  if (knownNames.has(said) && isMistaken(word, said)) return said;
  if (word.length < leastLetters) return word;
  const [only, ...others] = [...knownNames].filter((name) => isMistaken(word, name));
  return only !== undefined && others.length === 0 ? only : word;
}

/** Letters that end a name twice: Quinn, Kerr, Webb. */
const endsDoubled = /[bdefglmnoprstz]$/;

/** A recogniser that loses its way writes the last letter again and again: "Y-E-R-R-R-R", "T-A-N-A-K-A-A". */
function withoutEcho(word: string): string {
  const once = word.replace(/(\p{L})\1+$/u, '$1');
  const more = word.length - once.length;
  if (more === 0 || knownNames.has(word)) return word;
  if (more === 2 && endsDoubled.test(once)) return word.slice(0, -1);
  return more > 1 || knownNames.has(once) || !endsDoubled.test(once) ? once : word;
}

/** One letter differs, and it sounds alike. */
function isMistaken(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const places = [...a].flatMap((letter, i) => (letter === b[i] ? [] : [i]));
  const [place] = places;
  if (place === undefined || places.length > 1) return false;
  return alike.some((group) => group.includes(a[place] ?? '?') && group.includes(b[place] ?? '?'));
}

/** Turns runs of letters into words: "S A R A H", "M as in Mary", "Sierra Alpha Romeo". Such words have start −1. */
export function joinSpelling(said: readonly Token[]): readonly Token[] {
  const tokens = withFoxtrot(said);
  const out: Token[] = [];
  let i = 0;
  while (i < tokens.length) {
    const run = letterRun(tokens, i);
    if (run.letters.length >= 2 && !(run.letters.length === 2 && run.plain < 2)) {
      const raw = run.letters;
      out.push({ text: raw, raw, start: -1, end: -1 });
      i = run.to;
    } else {
      const token = tokens[i];
      if (token && !/^(spelled|spelt|spelling|that's)$/.test(token.text)) out.push(token);
      else if (token?.text === "that's") {
        if (letterRun(tokens, i + 1).letters.length < 2) out.push(token);
      }
      i++;
    }
  }
  return out;
}

function letterRun(tokens: readonly Token[], from: number): { letters: string; to: number; plain: number } {
  let letters = '';
  let plain = 0;
  let i = from;
  const natoWords = countNato(tokens, from);
  while (i < tokens.length) {
    const word = tokens[i]?.text ?? '';
    const next = tokens[i + 1]?.text ?? '';
    if (word === 'double' && /^\p{L}$/u.test(next)) {
      letters += next + next;
      i += 2;
      continue;
    }
    // A longer pause than between the letters before stands between two words.
    const gap = gapBefore(tokens, i);
    if (plain >= 2 && i - from >= 2 && gap > gapBefore(tokens, from + 1)) break;
    if (/^\p{L}$/u.test(word)) {
      const asIn =
        next === 'as' && tokens[i + 2]?.text === 'in'
          ? 4
          : next === 'for' && /^\p{L}{2,}$/u.test(tokens[i + 2]?.text ?? '')
            ? 3
            : 1;
      letters += word;
      plain++;
      i += asIn;
      continue;
    }
    const letter = natoWords < 3 ? null : (nato[word] ?? (i > from ? nearNato(word) : null));
    if (letter === null) break;
    letters += letter;
    plain++;
    i++;
  }
  return { letters, to: i, plain };
}

/** What was spelled where nothing else can stand: each word is a letter, said as one or by the alphabet; null if not. */
export function spelledBy(said: readonly Token[]): string | null {
  const tokens = withFoxtrot(said);
  if (tokens.length < 2) return null;
  const letters = tokens.map(({ text }) => (/^\p{L}$/u.test(text) ? text : (nato[text] ?? nearNato(text))));
  // One of them may have become any word: "like" for "Mike".
  const known = tokens.filter(({ text }) => text.length === 1 || nato[text] !== undefined).length;
  return letters.includes(null) || known < tokens.length / 2 ? null : letters.join('');
}

/** Characters between a token and the one before it: a comma and a blank are two. */
const gapBefore = (tokens: readonly Token[], i: number): number =>
  (tokens[i]?.start ?? 0) - (tokens[i - 1]?.end ?? 0);

/** How many words of the alphabet stand here, with what was misheard among them passed over. */
function countNato(tokens: readonly Token[], from: number): number {
  let count = 0;
  for (let i = from; i < tokens.length; i++) {
    const word = tokens[i]?.text ?? '';
    if (nato[word] !== undefined) count++;
    else if (count === 0 || nearNato(word) === null) break;
  }
  return count;
}

/** The only word of the alphabet that is written as two: "fox trot", and "Fox, Strat" where it was misheard. */
const withFoxtrot = (tokens: readonly Token[]): readonly Token[] =>
  tokens.flatMap((token, i) => {
    if (isTrot(token) && tokens[i - 1]?.text === 'fox') return [];
    const next = tokens[i + 1];
    return token.text === 'fox' && next && isTrot(next)
      ? [{ ...token, text: 'foxtrot', raw: 'foxtrot', end: next.end }]
      : [token];
  });
const isTrot = ({ text }: Token): boolean => /^s?tr\p{L}+$/u.test(text);

/** "Sear" among words of the alphabet is "Sierra": its letter, or null where none is near. */
function nearNato(word: string): string | null {
  if (word.length < 3 || stopWords.has(word)) return null;
  const heard = word.replace(/ee/g, 'i').replace(/ow$/, 'o');
  const scored = Object.entries(nato)
    // A word is known by its beginning: where that differs, the rest must fit better.
    .map(([known, letter]) => ({
      letter,
      known,
      begins: known[0] === heard[0],
      distance: editDistance(heard, known),
    }))
    .filter(({ known, begins, distance }) => distance <= known.length * (begins ? 0.5 : 0.4))
    .toSorted((a, b) => Number(b.begins) - Number(a.begins) || a.distance - b.distance);
  return scored[0]?.letter ?? null;
}

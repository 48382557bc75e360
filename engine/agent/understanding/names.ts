import { isQuestion } from './cues.ts';
import { joinSpelling, plausible, spelledBy } from './spelling.ts';
import { stopWords } from './stop-words.ts';
import { editDistance, type Token } from './tokens.ts';

export interface NameReading {
  readonly value: string;
  /** 0–1; a name that was spelled or introduced is surer than a bare word. */
  readonly confidence: number;
  /** Where it was told to be one half of a name: "the last name is Miller". */
  readonly part?: 'first' | 'last';
}

const strongCues = [
  ['my', 'name', 'is'],
  ['my', "name's"],
  ['my', 'names'],
  ['the', 'name', 'is'],
  ['the', "name's"],
  ['name', 'is'],
  ["name's"],
  ['name', 'should', 'be'],
  ['call', 'me'],
  ['put', 'it', 'under'],
  ["it's", 'under'],
  ['under', 'the', 'name'],
  ['under', 'the', 'name', 'of'],
  ['under', 'name'],
  ['you', 'are', 'speaking', 'with'],
  ["you're", 'speaking', 'with'],
  ['i', 'go', 'by'],
  ['that', 'is', 'spelled'],
] as const;
const weakCues = [
  ['this', 'is'],
  ["i'm"],
  ['i', 'am'],
  ["it's"],
  ['it', 'is'],
  ["that's"],
  ['i', 'said'],
  ['i', 'meant'],
  ['for'],
  ['make', 'it'],
  ['im'],
  ['put'],
  ['put', 'down'],
] as const;

const fillers = new Set([
  'um',
  'uh',
  'er',
  'erm',
  'ah',
  'oh',
  'well',
  'yes',
  'yeah',
  'yep',
  'sure',
  'okay',
  'ok',
  'so',
  'hi',
  'hello',
  'hey',
  'please',
  'of',
  'course',
  'no',
  'sorry',
  'just',
  'and',
  'mister',
  'mr',
  'mrs',
  'ms',
  'miss',
  'doctor',
  'dr',
]);

const hum = /^(?:u+[hm]+|e+r+m*|h+m+|a+h+)$/;

/**
 * A caller's name: introduced ("this is Sarah Miller"), given alone when asked, or spelled ("S-A-R-A-H",
 * "M as in Mary", the NATO alphabet).
 *
 * @param options.expected true when the dialogue asked for the name: one to three bare words are one then
 * @param options.notNames words that name services, lower case
 */
export function recogniseName(
  tokens: readonly Token[],
  options: { readonly expected: boolean; readonly notNames: ReadonlySet<string> },
): NameReading | null {
  const cased = tokens.some(
    ({ raw }, i) => (i > 0 && /^\p{Lu}\p{Ll}/u.test(raw)) || /^I(?:['’]|$)/.test(raw),
  );
  const usable = (token: Token | undefined): token is Token =>
    token !== undefined &&
    /^[\p{L}'’]{2,}$/u.test(token.raw) &&
    (token.start === -1 || !(stopWords.has(token.text) || hum.test(token.text))) &&
    !options.notNames.has(token.text);
  const capital = (token: Token): boolean => !cased || token.start === -1 || /^\p{Lu}/u.test(token.raw);

  const named = firstAndLast(tokens) ?? wholeThenLast(tokens, options) ?? oneHalf(tokens, usable);
  if (named) return named;
  const spelled = joinSpelling(tokens);
  for (const cue of strongCues) {
    const at = cueEnd(spelled, cue);
    if (at === null) continue;
    const words = take(spelled, at, (token) => usable(token));
    if (words.length > 0) return built(words, 0.95);
  }
  const under = cueEnd(spelled, ['under']);
  // "We're under contract" names nobody.
  const underWords =
    under === null || !(options.expected || cased)
      ? []
      : take(spelled, under, (token) => usable(token) && capital(token));
  if (underWords.length > 0) return built(underWords, 0.95);
  for (const cue of weakCues) {
    const at = cueEnd(spelled, cue);
    if (at === null) continue;
    const words = take(spelled, at, (token) => usable(token) && capital(token));
    // "for Sarah Miller" is a name, "for Whitening" is not known to be one.
    const enough = cue[0] === 'for' || cue[0] === 'make' ? cased && words.length >= 2 : words.length > 0;
    // Without capitals a single word behind "it's" is more often an adjective.
    const doubtful = !cased && !options.expected && words.length === 1 && cue[0] !== 'this';
    if (doubtful) continue;
    const isSaid = cue[1] === 'said' || cue[1] === 'meant';
    if (enough && (!isSaid || options.expected || cased))
      return built(words, options.expected || words.length > 1 ? 0.9 : 0.75);
  }
  const signed = spelled.findIndex((token) => /^(here|speaking|calling)$/.test(token.text));
  if (signed > 0) {
    const words = take(spelled, Math.max(0, signed - 3), (token) => usable(token) && capital(token), signed);
    if (words.length > 0 && words.at(-1) === spelled[signed - 1]) return built(words, 0.85);
  }
  if (options.expected) return bareName(spelled, usable) ?? writtenName(spelled, usable);
  const letters = spelled.filter((token) => token.start === -1);
  return letters.length === 1 && spelled.length <= 3 ? built(letters, 0.7) : null;
}

function bareName(
  tokens: readonly Token[],
  usable: (token: Token | undefined) => boolean,
): NameReading | null {
  let from = 0;
  while (fillers.has(tokens[from]?.text ?? '')) from++;
  let to = tokens.length;
  while (to > from && /^(please|thanks|thank|you|um|uh|yeah|yes)$/.test(tokens[to - 1]?.text ?? '')) to--;
  const words = tokens.slice(from, to);
  if (
    words.length === 0 ||
    words.length > 4 ||
    !words.every((word, i) => usable(word) || /^\p{Lu}$/u.test(word.raw) || isSurname(word, i, words.length))
  )
    return null;
  if (!words.some(usable)) return null;
  return built(words, words.length <= 3 ? 0.85 : 0.65);
}

/** "The massage is for her, so Amelia Foster", "Emma Clarke with an E": what is written like a name, at either end. */
function writtenName(
  tokens: readonly Token[],
  usable: (token: Token | undefined) => boolean,
): NameReading | null {
  if (isQuestion('', tokens)) return null;
  const said = tokens.filter(({ text }) => !/^(?:please|thanks|thank|you)$/.test(text));
  const isWritten = (token: Token): boolean =>
    usable(token) && /^\p{Lu}(?:\p{Ll}|['’]\p{Lu})/u.test(token.raw);
  const last = said.slice(said.findLastIndex((token) => !isWritten(token)) + 1);
  const end = said.findIndex((token) => !isWritten(token));
  const found = [last, said.slice(0, Math.max(0, end))].find(({ length }) => length >= 2 && length <= 3);
  return found && found.length < tokens.length ? built(found, 0.8) : null;
}

/** "Yolanda Price": behind a first name, what is written like a name is one, whatever else it means. */
const isSurname = (word: Token, place: number, count: number): boolean =>
  place > 0 && place === count - 1 && /^\p{Lu}\p{Ll}+$/u.test(word.raw);

function cueEnd(tokens: readonly Token[], cue: readonly string[]): number | null {
  for (let i = tokens.length - cue.length; i >= 0; i--) {
    if (cue.every((word, k) => tokens[i + k]?.text === word)) return i + cue.length;
  }
  return null;
}

/** Up to three words of a name from a place on; fillers and titles before it are skipped. */
function take(
  tokens: readonly Token[],
  from: number,
  good: (token: Token) => boolean,
  end = tokens.length,
): readonly Token[] {
  const words: Token[] = [];
  for (let i = from; i < end && words.length < 3; i++) {
    const token = tokens[i];
    if (!token) break;
    if (words.length === 0 && fillers.has(token.text)) continue;
    if (!good(token)) {
      if (end !== tokens.length && words.length === 0) continue;
      break;
    }
    words.push(token);
  }
  return words;
}

const titled = (word: string): string =>
  /\p{Ll}/u.test(word) && /^\p{Lu}/u.test(word)
    ? word
    : word.toLowerCase().replace(/(^|['’])\p{L}/gu, (letter) => letter.toUpperCase());

/** "First name Quinn, Q U I N N, last name Ashworth, A S H …" */
function firstAndLast(tokens: readonly Token[]): NameReading | null {
  const { first, last, lastCueAt } = halves(tokens);
  if (first === null || last === null || last < first) return null;
  const part = (words: readonly Token[]): NameReading | null => {
    const told = words.filter(({ text }) => !/^(?:is|and|my|the|it's|that's)$/.test(text));
    const whole = spelledBy(told);
    if (whole !== null) return built([{ text: whole, raw: whole, start: -1, end: -1 }], 0.97);
    const letters = joinSpelling(told);
    return letters.length > 0 && letters.length <= 3 ? built(letters, 0.95) : null;
  };
  const [given, family] = [part(tokens.slice(first, lastCueAt)), part(tokens.slice(last))];
  return given && family ? { value: `${given.value} ${family.value}`, confidence: 0.97 } : null;
}

const lastCues = [['last', 'name'], ['family', 'name'], ['surname']] as const;

/** Behind the words that announce each half; `lastCueAt` is where those of the last begin. */
function halves(tokens: readonly Token[]): {
  readonly first: number | null;
  readonly last: number | null;
  readonly lastCueAt: number;
} {
  const first = firstCues.map((cue) => cueEnd(tokens, cue)).find((end) => end !== null) ?? null;
  for (const cue of lastCues) {
    const last = cueEnd(tokens, cue);
    if (last !== null) return { first, last, lastCueAt: last - cue.length };
  }
  // Behind a first name what sounds like "last name" is that.
  const from = first ?? tokens.length;
  const at = tokens.findIndex((_, i) => i > from && soundsLikeLastName(tokens, i) > 0);
  return at < 0
    ? { first, last: null, lastCueAt: tokens.length }
    : { first, last: at + soundsLikeLastName(tokens, at), lastCueAt: at };
}

const firstCues = [
  ['first', 'name'],
  ['first', 'named'],
  ['first', 'main'],
  ['first', 'man'],
] as const;

/** "Bass name", "blast main", "lasmain": how many words of it stand there, 0 for none. */
function soundsLikeLastName(tokens: readonly Token[], i: number): number {
  const [word = '', next = ''] = [tokens[i]?.text, tokens[i + 1]?.text];
  if (/^las(?:main|mane|name)$/.test(word)) return 1;
  const isLast = /^(?:b?last|bless|glass|class|bass|fast|past)$/.test(word);
  return isLast && /^(?:name[ds]?|main|man)$/.test(next) ? 2 : 0;
}

/** "My name is Sarah Miller, S-A-R-A-H, last name M-I-L-L-E-R" */
function wholeThenLast(
  tokens: readonly Token[],
  options: Parameters<typeof recogniseName>[1],
): NameReading | null {
  const { first, last, lastCueAt } = halves(tokens);
  if (first !== null || last === null) return null;
  const before = tokens.slice(0, lastCueAt);
  const said = recogniseName(before, options)?.value.split(' ') ?? [];
  const behind = joinSpelling(tokens.slice(last)).filter(({ text }) => !halfLeads.has(text));
  const [letters, ...more] = behind;
  // "It's Siobhan, and the last name is O'Keefe"
  if (options.expected && said.length === 1 && behind.length > 0 && behind.length <= 2)
    return { value: `${said[0]} ${built(behind, 0.95).value}`, confidence: 0.95 };
  if (said.length < 2 || letters?.start !== -1 || more.length > 0) return null;
  // Of a family name that was heard as two words, neither belongs to the first.
  const givenLetters = joinSpelling(before).find(({ start }) => start === -1);
  const given = givenLetters ? built([givenLetters], 0.97).value : said.slice(0, -1).join(' ');
  return { value: `${given} ${built([letters], 0.97).value}`, confidence: 0.97 };
}

/** "The last name is Miller", "first name S-A-R-A-H". */
function oneHalf(
  tokens: readonly Token[],
  usable: (token: Token | undefined) => boolean,
): NameReading | null {
  const { first, last } = halves(tokens);
  const at = first ?? last;
  if (at === null || (first !== null && last !== null)) return null;
  const behind = joinSpelling(tokens.slice(at));
  const from = behind.findIndex(({ text }) => !halfLeads.has(text));
  const words = from < 0 ? [] : take(behind, from, usable);
  return words.length === 0 || words.length > 2
    ? null
    : { ...built(words, 0.95), part: first === null ? 'last' : 'first' };
}

const halfLeads = new Set(['is', "it's", "that's", 'should', 'be', 'as', 'spelled', 'with']);

/** A word that was spelled right after it was said is the same word, spelled right. */
function built(said: readonly Token[], confidence: number): NameReading {
  // "Dave, Dave Kowalski", "Mrs Ellison, Margaret Ellison"
  const words = said.filter(({ text }, i) => !said.slice(i + 1).some((later) => later.text === text));
  const kept: { text: string; spelled: boolean }[] = [];
  for (const word of words.flatMap((one, i) => apart(one, words.slice(0, i)))) {
    const isSpelled = word.start === -1;
    const text = titled(word.raw);
    const same = kept.findLastIndex(
      (said) =>
        isSpelled &&
        !said.spelled &&
        (said.text[0] === text[0] || editDistance(said.text.toLowerCase(), text.toLowerCase()) <= 2),
    );
    if (!isSpelled) kept.push({ text, spelled: false });
    else if (same < 0) kept.push({ text: titled(plausible(text, null)), spelled: true });
    else kept[same] = { text: titled(plausible(text, kept[same]?.text ?? null)), spelled: true };
  }
  const anySpelled = kept.some((word) => word.spelled);
  return { value: kept.map((word) => word.text).join(' '), confidence: anySpelled ? 0.97 : confidence };
}

/** Two names spelled in one go, right after they were said, are two again. */
function apart(word: Token, said: readonly Token[]): readonly Token[] {
  const [first, last, ...more] = said.filter(({ start }) => start !== -1);
  if (word.start !== -1 || !first || !last || more.length > 0) return [word];
  const whole = word.raw.toLowerCase();
  // "Jim Thoms, T-H-O-M-S" spells one of them.
  if ([first, last].some(({ text }) => editDistance(text, whole) <= 2)) return [word];
  if (editDistance(`${first.text}${last.text}`, whole) > 3) return [word];
  const cuts = [...whole].map((_, i) => i).slice(1);
  const cost = (at: number): number =>
    editDistance(first.text, whole.slice(0, at), 9) + editDistance(last.text, whole.slice(at), 9);
  const best = cuts.toSorted((a, b) => cost(a) - cost(b))[0] ?? whole.length;
  return [word.raw.slice(0, best), word.raw.slice(best)].map((raw) => ({ ...word, text: raw, raw }));
}

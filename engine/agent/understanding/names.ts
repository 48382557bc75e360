import { editDistance, type Token } from './tokens.ts';

export interface NameReading {
  readonly value: string;
  /** 0–1; a name that was spelled or introduced is surer than a bare word. */
  readonly confidence: number;
}

const strongCues = [
  ['my', 'name', 'is'],
  ['my', "name's"],
  ['my', 'names'],
  ['the', 'name', 'is'],
  ['the', "name's"],
  ['name', 'is'],
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
  ['under'],
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
] as const;

const stopWords = new Set(
  `a about actually add after afternoon again ah all alright also am an and any anyone anything anytime appointment april are around as asap ask at august available away back bad be
   because been before best better between big book booking but by bye call called calling can can't cancel cancelled cash certainly change cheap checking cleaning clock close closed come
   coming confirm confirmed correct cost could couple currently customer damn date day days dear december dentist did different do doctor does doesn't doing don't done dot down each earlier
   early eh eight eighty either eleven else emergency er evening ever every exactly excuse fair february feel few fifteen fifty fine first five for forget fourteen forty four free friday from full
   fuck get getting give glad go going gonna good goodbye got great guess had half happy has have having he hear hello help her here hey hi him his hmm hold how human hundred
   i i'd i'll i'm i've ignore in instead interested into is isn't it it's january july june just kind know last late later leave let like line little living located long look looking lost lot
   love machine made make many march may maybe me mean meant message mine minute minutes mm moment monday money month more morning much mum must my myself name need never new next
   nine ninety no noon nope not nothing november now number o'clock oclock october of off oh ok okay on once one only open opening or original other our out over pain pardon parking past
   person phone place please possible price probably problem put question quick quite really right robot running same saturday say saying schedule second see seem september seven seventy she
   should sick six sixty so some somebody someone something soon sorry speak speaking spell spelled spelling still stop stuck sunday supposed sure take talk ten thank thanks that that's the their them then
   there there's these they thing think third thirteen thirty this those three thursday time to today tomorrow tonight too tooth trouble try trying tuesday twelve twenty two um under until up us use usually very wait
   walk want wanted wanting was wednesday week weekend well were what what's when where which while who why will with won't wondering work working worried would wrong yeah year yep yes yesterday yet you your
   you're using nah noone whatever whenever able afraid ready done good-bye perfect lovely wonderful fantastic brilliant excellent amazing awesome cool nice nervous hurting ridiculous urgent important impossible free available busy correct terrible horrible awful strange interesting wonderful hungry tired calm sad angry curious new shit shut hell stupid tell nobody both none neither anyway also teeth`.split(
    /\s+/,
  ),
);

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
  const cased = tokens.some((token, i) => i > 0 && /^\p{Lu}\p{Ll}/u.test(token.raw));
  const usable = (token: Token | undefined): token is Token =>
    token !== undefined &&
    /^[\p{L}'’]{2,}$/u.test(token.raw) &&
    (token.start === -1 || !stopWords.has(token.text)) &&
    !options.notNames.has(token.text);
  const capital = (token: Token): boolean => !cased || /^\p{Lu}/u.test(token.raw);

  const named = firstAndLast(tokens);
  if (named) return named;
  const spelled = joinSpelling(tokens);
  for (const cue of strongCues) {
    const at = cueEnd(spelled, cue);
    if (at === null) continue;
    const words = take(spelled, at, (token) => usable(token));
    if (words.length > 0) return built(words, 0.95);
  }
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
  if (options.expected) return bareName(spelled, usable);
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
  const first = cueEnd(tokens, ['first', 'name']);
  const last = cueEnd(tokens, ['last', 'name']) ?? cueEnd(tokens, ['surname']);
  if (first === null || last === null || last < first) return null;
  const part = (words: readonly Token[]): NameReading | null => {
    const letters = joinSpelling(
      words.filter(({ text }) => !/^(?:is|and|my|the|it's|that's|last|name|surname)$/.test(text)),
    );
    return letters.length > 0 && letters.length <= 3 ? built(letters, 0.95) : null;
  };
  const [given, family] = [part(tokens.slice(first, last)), part(tokens.slice(last))];
  return given && family ? { value: `${given.value} ${family.value}`, confidence: 0.97 } : null;
}

/** A word that was spelled right after it was said is the same word, spelled right. */
function built(words: readonly Token[], confidence: number): NameReading {
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
    if (same >= 0) kept[same] = { text, spelled: true };
    else kept.push({ text, spelled: isSpelled });
  }
  const anySpelled = kept.some((word) => word.spelled);
  return { value: kept.map((word) => word.text).join(' '), confidence: anySpelled ? 0.97 : confidence };
}

/** Two names spelled in one go, right after they were said, are two again. */
function apart(word: Token, said: readonly Token[]): readonly Token[] {
  const [first, last, ...more] = said.filter(({ start }) => start !== -1);
  if (word.start !== -1 || !first || !last || more.length > 0) return [word];
  const whole = word.raw.toLowerCase();
  if (editDistance(`${first.text}${last.text}`, whole) > 3) return [word];
  const cuts = [...whole].map((_, i) => i).slice(1);
  const cost = (at: number): number =>
    editDistance(first.text, whole.slice(0, at), 9) + editDistance(last.text, whole.slice(at), 9);
  const best = cuts.toSorted((a, b) => cost(a) - cost(b))[0] ?? whole.length;
  return [word.raw.slice(0, best), word.raw.slice(best)].map((raw) => ({ ...word, text: raw, raw }));
}

/** Turns runs of letters into words: "S A R A H", "M as in Mary", "Sierra Alpha Romeo". Such words have start −1. */
export function joinSpelling(tokens: readonly Token[]): readonly Token[] {
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
    const letter = nato[word];
    if (letter === undefined || natoWords < 3) break;
    letters += letter;
    plain++;
    i++;
  }
  return { letters, to: i, plain };
}

/** Characters between a token and the one before it: a comma and a blank are two. */
const gapBefore = (tokens: readonly Token[], i: number): number =>
  (tokens[i]?.start ?? 0) - (tokens[i - 1]?.end ?? 0);

function countNato(tokens: readonly Token[], from: number): number {
  let count = 0;
  while (nato[tokens[from + count]?.text ?? ''] !== undefined) count++;
  return count;
}

import type { Expected } from '../contract.ts';
import { emailGrammar } from './email-grammar.ts';
import { GrammarState } from './grammar.ts';
import type { CommonName, NameBook } from './name-book.ts';
import type { WordPieces } from './word-pieces.ts';

/** How a telephone number is read out. */
const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;
const teens = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
] as const;
const tens = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;

/** The letters on the telephone (ICAO), as recognisers write them. */
const alphabet: Readonly<Record<string, string>> = Object.fromEntries(
  'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu'
    .split(' ')
    .map((word) => [word.charAt(0), word]),
);

const beforeName = [
  'My name is',
  'This is',
  "It's",
  'The name is',
  "I'm",
  'Yes,',
  'Sure,',
  'Yeah,',
  "No, it's",
  'No, the name is',
  'No, my name is',
] as const;
const beforeLetters = [
  'First name',
  'First name is',
  "It's",
  "That's",
  'No, first name',
  'No. First name',
  'No first name',
  "No, it's",
] as const;
const beforeNumber = [
  '1',
  'one',
  'One',
  'plus one',
  'Plus one',
  "It's",
  'My number is',
  "My number's",
  'The number is',
  'Yes,',
  'Sure,',
  "Sure, it's",
  "Yes, it's",
] as const;

/** How much a name's being common counts beside the sound. Fitted on callers' names over a telephone line. */
const namesWeight = 0.5;
/** Of 100,000 people, for a name that is neither common nor rare. */
const usualCount = 1000;
/** Half a name is spelled less often than a whole one. */
const halfName = -4;
/** What is known to the business is said more often than what is not. */
const knownName = 4;

/** Grammars of the questions that calls put; every business has some of its own. */
const mostKept = 200;

/** Addresses are said by common names, and spelled where they are not. */
const mostOfEmail = { first: 1500, last: 4000 } as const;

/** What is listened for, as automata over one recogniser's tokens; those that were asked for before are kept. */
export class ExpectedGrammars {
  readonly #pieces: WordPieces;
  readonly #names: NameBook;
  readonly #made = new Map<string, GrammarState>();
  /** Takes longest to lay out, and is never dropped. */
  #anyName: GrammarState | null = null;

  constructor(pieces: WordPieces, names: NameBook) {
    this.#pieces = pieces;
    this.#names = names;
  }

  /** Makes ready what takes longest, so that no caller waits for it. */
  layOut(): void {
    this.of({ kind: 'name', known: [] }).arcs();
  }

  of(expected: Expected): GrammarState {
    const key = keyOf(expected);
    const made = this.#made.get(key) ?? this.#make(expected);
    // the one that was used last stands last
    this.#made.delete(key);
    this.#made.set(key, made);
    const [oldest] = this.#made.keys();
    if (oldest !== undefined && this.#made.size > mostKept) this.#made.delete(oldest);
    return made;
  }

  #make(expected: Expected): GrammarState {
    switch (expected.kind) {
      case 'phrases':
        return this.#phrases(expected.phrases);
      case 'digits':
        return this.#digits(expected.counts);
      case 'email':
        return this.#email();
      case 'name':
        return this.#name(expected.known);
      case 'any': {
        const grammar = new GrammarState();
        for (const one of expected.of) grammar.orFrom(this.of(one));
        return grammar;
      }
    }
  }

  #name(known: readonly string[]): GrammarState {
    this.#anyName ??= this.#everyName();
    if (known.length === 0) return this.#anyName;
    const grammar = new GrammarState();
    grammar.orFrom(this.#anyName);
    const end = this.#textEnd();
    const carried = this.#carried(beforeName, grammar);
    for (const name of known) carried.say(this.#pieces.words(name), end, knownName);
    return grammar;
  }

  /** The end of a text, with or without a mark. */
  #textEnd(): GrammarState {
    const end = new GrammarState({ isEnd: true });
    const marked = new GrammarState({ isEnd: true });
    for (const mark of ['.', ',', '!', '?']) end.say(this.#pieces.pieces(mark), marked);
    return end;
  }

  /** @returns where one stands after none or one of the words that come before */
  #carried(before: readonly string[], grammar: GrammarState): GrammarState {
    const after = new GrammarState();
    grammar.orFrom(after);
    for (const words of before) grammar.say(this.#pieces.words(words), after);
    return after;
  }

  #phrases(phrases: readonly string[]): GrammarState {
    const grammar = new GrammarState();
    const end = this.#textEnd();
    for (const phrase of phrases) {
      for (const form of formsOf(phrase)) grammar.say(this.#pieces.words(form), end);
    }
    return grammar;
  }

  #everyName(): GrammarState {
    const { first, last } = this.#names;
    const grammar = new GrammarState();
    const end = this.#textEnd();
    const start = this.#carried(beforeName, grammar);
    const [lastName, afterFirst] = [new GrammarState(), new GrammarState()];
    for (const name of first) start.say(this.#pieces.words(name.name), afterFirst, weightOf(name));
    const afterLast = new GrammarState();
    for (const name of last) lastName.say(this.#pieces.words(name.name), afterLast, weightOf(name));
    // one name alone is too short to be told from other words
    afterFirst.orFrom(lastName);
    afterLast.orFrom(end);
    const spelled = this.#spelled(end);
    grammar.orFrom(spelled);
    afterLast.orFrom(spelled);
    for (const mark of ['.', ',']) afterLast.say(this.#pieces.pieces(mark), spelled);
    return grammar;
  }

  #email(): GrammarState {
    const { first, last } = this.#names;
    const [most, mostLast] = [first.slice(0, mostOfEmail.first), last.slice(0, mostOfEmail.last)];
    return emailGrammar({
      pieces: this.#pieces,
      names: [...most, ...mostLast].map((name) => ({ name: name.name, weight: weightOf(name) })),
      spelled: (end) => this.#letters(spellings([...first, ...last]), end),
      end: this.#textEnd(),
    });
  }

  /** "First name S-A-R-A-H. Last name M-I-L-L-E-R", or one of the two. */
  #spelled(end: GrammarState): GrammarState {
    const { first, last } = this.#names;
    const spelling = new GrammarState();
    const afterFirst = new GrammarState();
    const firstLetters = this.#letters(spellings(first), afterFirst);
    const lastLetters = this.#letters(spellings(last), end);
    for (const words of beforeLetters) spelling.say(this.#pieces.words(words), firstLetters);
    spelling.orFrom(firstLetters);
    spelling.orFrom(lastLetters, halfName);
    const betweenNames = new GrammarState();
    for (const from of [spelling, betweenNames]) {
      for (const words of ['Last name', 'Last name is', 'last name'])
        from.say(this.#pieces.words(words), lastLetters);
    }
    afterFirst.orFrom(betweenNames);
    for (const mark of ['.', ',']) afterFirst.say(this.#pieces.pieces(mark), betweenNames);
    afterFirst.orFrom(end, halfName);
    return spelling;
  }

  /** @param names in the order of their letters; all begin with the same `said` of them */
  #letters(names: readonly Spelling[], end: GrammarState, said = 0): GrammarState {
    return new GrammarState({
      fill: (state) => {
        for (let at = 0; at < names.length; ) {
          const letter = names[at]?.letters[said];
          const from = at;
          while (at < names.length && names[at]?.letters[said] === letter) at += 1;
          const group = names.slice(from, at);
          if (letter === undefined) state.orFrom(end, Math.max(...group.map(({ weight }) => weight)));
          else this.#letter(letter, state, this.#letters(group, end, said + 1));
        }
      },
    });
  }

  #letter(letter: string, from: GrammarState, to: GrammarState): void {
    for (const form of [letter, letter.toUpperCase()]) {
      for (const between of ['', '-', ',', '.']) {
        from.say(this.#pieces.pieces(`${between}${form}`), to);
        from.say(this.#pieces.pieces(`${between}▁${form}`), to);
      }
    }
    const word = alphabet[letter];
    if (!word) return;
    for (const form of formsOf(word)) {
      from.say(this.#pieces.words(form), to);
      from.say(this.#pieces.pieces(`,▁${form}`), to);
    }
  }

  /** Digits one by one, with "four fifteen" and "three hundred twelve" among them. */
  #digits(counts: readonly number[]): GrammarState {
    const grammar = new GrammarState();
    const most = Math.max(...counts);
    const end = this.#textEnd();
    const after = Array.from({ length: most + 1 }, () => new GrammarState());
    const [start] = after;
    if (start) this.#carried(beforeNumber, grammar).orFrom(start);
    for (const [said, state] of after.entries()) {
      if (counts.includes(said)) state.orFrom(end);
      this.#numberFrom(state, after.slice(said));
    }
    return grammar;
  }

  #numberFrom(state: GrammarState, [, one, two, three]: readonly GrammarState[]): void {
    const ready = new GrammarState();
    state.orFrom(ready);
    for (const between of ['-', ',', '.', '▁', ',▁', '.▁', '(', ')'])
      state.say(this.#pieces.pieces(between), ready);
    const say = (words: string, to: GrammarState | undefined): void => {
      if (to) for (const form of formsOf(words)) ready.say(this.#pieces.words(form), to);
    };
    for (const [digit, word] of digitWords.entries()) {
      if (one) ready.say(this.#pieces.pieces(String(digit)), one);
      say(word, one);
      if (digit === 0) for (const oh of ['oh', 'o']) say(oh, one);
      for (const teen of teens) say(`${word} hundred ${teen}`, three);
      for (const ten of tens) {
        if (digit > 0) for (const joint of [' ', '-']) say(`${ten}${joint}${word}`, two);
        say(`${word} hundred ${ten}`, three);
      }
      say(`double ${word}`, two);
      say(`triple ${word}`, three);
      say(`${word} hundred`, three);
    }
    for (const teen of teens) say(teen, two);
    for (const ten of tens) say(ten, two);
  }
}

/** Names that are wrong change what is decided, not what is listened for. */
function keyOf(expected: Expected): string {
  switch (expected.kind) {
    case 'phrases':
      return `phrases ${expected.phrases.join('|')}`;
    case 'digits':
      return `digits ${expected.counts.join(' ')}`;
    case 'email':
      return 'email';
    case 'name':
      return `name ${expected.known.join('|')}`;
    case 'any':
      return expected.of.map(keyOf).join('\n');
  }
}

const weightOf = ({ logCount }: CommonName): number => namesWeight * (logCount - Math.log(usualCount));

interface Spelling {
  readonly letters: string;
  readonly weight: number;
}

const spellings = (names: readonly CommonName[]): readonly Spelling[] =>
  names
    .map((name) => ({ letters: name.name.toLowerCase().replace(/[^a-z]/g, ''), weight: weightOf(name) }))
    // fewer letters are any noise
    .filter(({ letters }) => letters.length >= 3)
    .toSorted((one, other) => (one.letters < other.letters ? -1 : 1));

/** At the beginning of a text words are capitalised, elsewhere not. */
const formsOf = (words: string): readonly string[] => [
  ...new Set([words, words.charAt(0).toUpperCase() + words.slice(1)]),
];

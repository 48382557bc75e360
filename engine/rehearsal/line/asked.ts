import {
  apologyLine,
  fixedWords,
  lineWordings,
  numberParts,
  questionWordings,
  troubleLine,
} from '../../agent/index.ts';
import type { Playbook } from '../../store/index.ts';
import type { RehearsalCase } from '../case.ts';

/** A question of the agent's, by its id, and how it sounds. */
interface Wording {
  readonly question: string;
  readonly words: string;
}

const patterns: readonly (readonly [string, RegExp])[] = [
  ['offers', /^how about\b/],
  ['service', /^is it for .+ or /],
];

/** Without marks and case. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.?!])\s+/).filter(Boolean);

/** Which question the agent's words put: the ids are those by which a case answers. */
export class Questions {
  readonly #wordings: readonly Wording[];
  readonly #forms: readonly FormPattern[];
  readonly #answered: (question: string) => boolean;

  constructor({ skills, bookingSlots }: Playbook, { answers }: Pick<RehearsalCase, 'answers'>) {
    this.#answered = (question) => answers[question] !== undefined;
    this.#forms = skills.flatMap(({ readBack, slots: asked }) =>
      readBack === undefined
        ? asked.map(({ label }) => templateOf(`${label}: {value}`))
        : [templateOf(readBack)],
    );
    const named = (question: string, texts: readonly string[]): Wording[] =>
      texts.map((text) => ({ question, words: plain(sentencesOf(text).at(-1) ?? text) }));
    const slots = [...bookingSlots, ...skills.flatMap((skill) => skill.slots)];
    this.#wordings = [
      ...Object.entries(questionWordings).flatMap(([question, texts]) => named(question, texts)),
      ...slots.flatMap(({ id, kind, ask }) =>
        named(kind === 'name' || kind === 'phone' ? kind : `slot:${id}`, ask),
      ),
      ...numberParts.flatMap((texts, i) => named(`phone-part:${i}`, texts)),
      ...named('offers', [...fixedWords.offerAsk, ...fixedWords.singleOfferAsk]),
      ...named('read-back', [...fixedWords.readBackAsk, ...fixedWords.effectAsk]),
      ...named('service', ['What would you like to come in for?', 'Which one would you like?']),
      ...named('which-appointment', [
        'Which one is it about?',
        'Which of them do you mean?',
        'Which one: the first or the last?',
      ]),
    ];
  }

  /** The last question in what was said; null where nothing was asked. */
  in(said: string, lastAsked: string | null): string | null {
    const sentences = sentencesOf(said);
    for (const sentence of sentences.toReversed()) {
      const question = this.#questionOf(plain(sentence));
      if (question === 'read-back') return this.#readBackIn(said);
      if (question !== null) return question;
    }
    // A greeting of the business's own, or words that nobody foresaw.
    return /\?\W*$/.test(said) || waits.test(said) ? (lastAsked ?? 'how-can-i-help') : null;
  }

  #questionOf(sentence: string): string | null {
    const meant = this.#wordings.filter(({ words }) => sentence === words || sentence.endsWith(` ${words}`));
    const longest = Math.max(0, ...meant.map(({ words }) => words.length));
    const best = meant.filter(({ words }) => words.length === longest);
    // Two skills may ask in the same words.
    const found = best.find(({ question }) => this.#answered(question)) ?? best[0];
    return found?.question ?? patterns.find(([, pattern]) => pattern.test(sentence))?.[0] ?? null;
  }

  #readBackIn(said: string): string {
    if (/\bI'll (?:move|cancel) your\b/i.test(said)) return 'change-read-back';
    if (this.#forms.some(({ exact }) => exact.test(said))) return 'form-read-back';
    if (ofAppointment.test(said)) return 'read-back';
    return this.#forms.some(({ loose }) => loose.test(plain(said))) ? 'form-read-back' : 'read-back';
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A form that is read back: as it is written, and by its words alone, since values bring marks of their own. */
interface FormPattern {
  readonly exact: RegExp;
  readonly loose: RegExp;
}

/** "A tow for the {vehicle}, from {location}" */
function templateOf(readBack: string): FormPattern {
  const parts = readBack.replace(/[.?!]+$/, '').split(/\{[a-z0-9-]+\}/);
  const pattern = (written: (part: string) => string): RegExp =>
    new RegExp(parts.map((part) => escaped(written(part))).join('.*'), 'i');
  return { exact: pattern((part) => part), loose: pattern(plain) };
}

/** "a filling on Tuesday, November 24th at 10 AM" */
const ofAppointment = /\bon \w+day(?:, \w+ \w+| the \w+ of \w+) at (?:\d|noon|midnight)/;

const waits = new RegExp(
  [...lineWordings['still-there'], ...lineWordings.prompt].map((text) => `${escaped(text)}$`).join('|'),
  'i',
);

const phrasesOf = (texts: readonly string[]): RegExp => new RegExp(texts.map(escaped).join('|'), 'i');

/** The agent did not hear or understand what was said last. */
export const notUnderstood = phrasesOf([
  ...lineWordings['not-caught'],
  ...lineWordings['not-understood'],
  ...lineWordings['phone-incomplete'],
  ...fixedWords.remark,
  apologyLine,
]);

/** The agent is about to hang up, or to put the caller through: nothing more is said. */
export const takesLeave = phrasesOf([
  ...fixedWords.goodbye,
  ...fixedWords.goodbyeBooked,
  ...lineWordings['silent-goodbye'],
  ...lineWordings['way-out'],
  troubleLine,
  "I'll connect you to",
]);

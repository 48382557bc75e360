import { fixedWords, questionWordings } from '../../../engine/agent/phrasing/wordings.ts';
import { createCaller, type RehearsalCase } from '../../../engine/rehearsal/index.ts';
import type { Playbook } from '../../../engine/store/index.ts';
import type { Reaction } from '../../caller/persona.ts';
import { spelled } from '../../caller/spoken-time.ts';

/** A question that the agent may put, and one way in which it puts it. */
interface Wording {
  readonly question: string;
  readonly words: readonly string[];
}

/** Of a wording's words, so many have to be heard at the end of what the agent said. */
const leastHeard = 0.6;

/**
 * The caller of a rehearsal case on a real line: works out what was asked from what was heard, and answers as the
 * case says.
 */
export class CasePersona {
  readonly #caller: ReturnType<typeof createCaller>;
  readonly #case: RehearsalCase;
  readonly #wordings: readonly Wording[];
  #last = '';

  constructor(rehearsed: RehearsalCase, playbook: Playbook) {
    this.#case = rehearsed;
    this.#caller = createCaller(rehearsed);
    this.#wordings = wordingsOf(playbook);
  }

  /** @param heard everything the agent has said since the caller last spoke */
  react(heard: string): Reaction {
    if (/\bgood ?bye\b|have a great day|call again/i.test(heard)) return { kind: 'hang-up' };
    const question = this.#questionIn(heard);
    if (question === null) return { kind: 'wait' };
    const turn = this.#caller.next(question);
    if (turn.kind !== 'says') return { kind: 'hang-up' };
    // Whoever is asked to spell does it.
    const spells = /\bspell/i.test(heard) && /^(?:appointment-)?name$/.test(question);
    this.#last = spells ? spelledName(turn.text) : turn.text;
    return { kind: 'say', text: this.#last };
  }

  /** The agent has been silent for long. */
  nudge(): Reaction {
    return { kind: 'say', text: this.#last || 'Hello?' };
  }

  /** Everything that the caller may say, to be made ready before the call. */
  lines(): readonly string[] {
    const { say, answers } = this.#case;
    const names = [answers.name, answers['appointment-name']].flat().flatMap((name) => name ?? []);
    return [
      ...say,
      ...Object.values(answers).flat(),
      ...names.map(spelledName),
      "No, that's all. Thank you, goodbye.",
      "I'm not sure.",
    ];
  }

  #questionIn(heard: string): string | null {
    const words = wordsOf(heard);
    let best: { question: string; score: number } | null = null;
    for (const wording of this.#wordings) {
      const end = new Set(words.slice(-(wording.words.length + 3)));
      const score = wording.words.filter((word) => end.has(word)).length / wording.words.length;
      // Of two that are heard as well, the longer one says more.
      const weighed = score + wording.words.length / 1000;
      if (score >= leastHeard && weighed > (best?.score ?? 0))
        best = { question: wording.question, score: weighed };
    }
    if (best?.question === 'read-back') return this.#readBackIn(heard);
    if (best) return best.question;
    if (/how about|i have .* or |i can offer/i.test(heard)) return 'offers';
    return /\?\s*$/.test(heard) ? 'how-can-i-help' : null;
  }

  #readBackIn(heard: string): string {
    if (/i'll (?:move|cancel) your|i will (?:move|cancel) your/i.test(heard)) return 'change-read-back';
    return this.#case.answers['form-read-back'] && !this.#case.answers['read-back']
      ? 'form-read-back'
      : 'read-back';
  }
}

/** "Sarah Miller" → "First name S-A-R-A-H. Last name M-I-L-L-E-R." */
function spelledName(name: string): string {
  const [first = '', ...rest] = name.replace(/^(?:my name is|it's|this is)\s+/i, '').match(/\p{L}+/gu) ?? [];
  const last = rest.at(-1);
  return last === undefined
    ? `${spelled(first)}.`
    : `First name ${spelled(first)}. Last name ${spelled(last)}.`;
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z']+/g) ?? [];

function wordingsOf({ skills, bookingSlots }: Playbook): readonly Wording[] {
  const named = (question: string, texts: readonly string[]): Wording[] =>
    texts.map((text) => ({ question, words: wordsOf(text) }));
  const slots = [...bookingSlots, ...skills.flatMap((skill) => skill.slots)];
  return [
    ...Object.entries(questionWordings).flatMap(([question, texts]) => named(question, texts)),
    ...slots.flatMap(({ id, kind, ask }) =>
      named(kind === 'name' || kind === 'phone' ? kind : `slot:${id}`, ask),
    ),
    ...named('offers', [...fixedWords.offerAsk, ...fixedWords.singleOfferAsk]),
    ...named('read-back', [...fixedWords.readBackAsk, ...fixedWords.effectAsk]),
    ...named('service', ['What would you like to come in for?', 'Which one would you like?']),
    ...named('which-appointment', [
      'Which one is it about?',
      'Which of them do you mean?',
      'Which one: the first or the last?',
    ]),
    ...named('how-can-i-help', ['How can I help you?', 'What can we fix for you?']),
  ];
}

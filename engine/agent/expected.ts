import type { Expected, ExpectedOne } from '../inference/index.ts';
import type { SlotDocument } from '../store/index.ts';
import type { DialogueState, Facts, Question } from './dialogue.ts';
import { askedSlot } from './skills/form.ts';
import { regionOf } from './understanding/phone.ts';
import { serviceNames } from './understanding/services.ts';

type Known = Pick<Facts, 'snapshot' | 'caller'>;

/** What the caller will probably say to the open question, for the recogniser; null where it may be anything. */
export function expectedOf(state: DialogueState, known: Known): Expected | null {
  if (state.ended) return null;
  const slot = askedSlot(state, known.snapshot);
  if (state.pending === 'slot' && slot) return expectedOfSlot(slot, known);
  return expectedOfQuestion[state.pending]?.(known, state) ?? null;
}

/** Digits of a whole number as it is dialled at home; in the United States the area may be left out, and a 1 before it counts for nothing. */
const phoneCounts: Readonly<Record<string, readonly number[]>> = { US: [7, 10], IN: [10, 11, 12] };
const usualCounts = [10, 11];

const phone = ({ snapshot: { language } }: Known): Expected => ({
  kind: 'digits',
  counts: phoneCounts[regionOf(language)] ?? usualCounts,
});

/** What is missing of a number, or one of its groups. */
const phonePart = (): Expected => ({ kind: 'digits', counts: [3, 4, 7, 10] });

/** Whoever calls from a number that is known is often called as before: a help to the ear, not a proof. */
const name = ({ caller }: Known): ExpectedOne => ({
  kind: 'name',
  known: caller.name === null ? [] : [caller.name],
});

/** Whoever says that a name is wrong does not mean the same one again. */
const otherName = (_: Known, { name: wrong }: DialogueState): ExpectedOne => ({
  ...{ kind: 'name', known: [] },
  not: wrong === null ? [] : [wrong],
});

const list = (text: string): readonly string[] => text.split(/,\s+/);

/** They stand among the answers, so that no answer is made of them. */
const sounds = list(
  "mmm, hmm, um, uh, uh hold on, one moment, I don't know, I'm not sure, what, pardon, sorry",
);
const yes = list(
  `yes, yeah, yep, yup, sure, okay, correct, right, perfect, fine, good, great, yes please, yes sure, of course, go ahead,
   that's right, that's correct, that's fine, that works, sounds good, yes it is, yes you can, um yes, yes that's it,
   yes that's right, yes that's correct, yes that's fine, yeah that's fine, yeah that's right, yes perfect, yes that works,
   yep that's right, yes thank you`,
);
const no = list(
  `no, nope, nah, no thanks, no thank you, no please, no it's not, no it isn't, no that's wrong, that's wrong, wrong,
   that's not right, no that's not right, not really, no not really, no that's okay`,
);
const nothingElse = list(
  `no that's all, no that's it, that's all, that's it, nothing else, no that's all thank you, no that's all thanks,
   that's all thank you, no that's all thank you goodbye, no I'm good, goodbye, no that's everything, that's everything,
   no thank you goodbye, thank you goodbye, thank you bye, yes, yeah, no, nope, no thanks, no thank you`,
);

const yesNo = (): ExpectedOne => ({ kind: 'phrases', phrases: [...yes, ...no, ...sounds] });

const yesOrOtherName = (known: Known, state: DialogueState): Expected => ({
  kind: 'any',
  of: [yesNo(), otherName(known, state)],
});

const expectedOfQuestion: Readonly<
  Partial<Record<Question, (known: Known, state: DialogueState) => Expected>>
> = {
  name,
  'appointment-name': name,
  phone,
  'appointment-phone': phone,
  'phone-keypad': phone,
  'phone-rest': phonePart,
  'phone-part': phonePart,
  'line-number': yesNo,
  'read-back': yesOrOtherName,
  'form-read-back': yesOrOtherName,
  'what-to-change': otherName,
  'form-change': otherName,
  'change-read-back': yesNo,
  'message-offer': yesNo,
  service: ({ snapshot }) => oneOf(snapshot.services.flatMap(serviceNames)),
  'anything-else': () => ({ kind: 'phrases', phrases: [...nothingElse, ...sounds] }),
};

function expectedOfSlot({ kind, choices, max }: SlotDocument, known: Known): Expected | null {
  switch (kind) {
    case 'number':
      return max !== undefined && max <= mostCounted ? howMany : null;
    case 'name':
      return name(known);
    case 'email':
      return { kind: 'email' };
    case 'phone':
      return phone(known);
    case 'yes-no':
      return yesNo();
    case 'choice':
      return oneOf(choices.flatMap(({ words }) => words));
    default:
      return null;
  }
}

/** Where more may be meant than this, the number is read as any other. */
const mostCounted = 100;
const countWords = list(
  `one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen,
   eighteen, nineteen, twenty`,
);

/** Of people or things that can be counted at a glance. */
const howMany: Expected = {
  kind: 'phrases',
  phrases: [
    ...countWords.flatMap((count) => [
      ...[count, `for ${count}`, `${count} people`, `${count} of us`, `there are ${count} of us`],
      ...[
        `just ${count}`,
        `just the ${count} of us`,
        `we'll be ${count}`,
        `a party of ${count}`,
        `${count} please`,
      ],
      ...[`there will be ${count} of us`, `about ${count}`, `around ${count}`],
    ]),
    ...['just me', 'only me', ...sounds],
  ],
};

/** Something that was asked for, as it is named. */
function oneOf(things: readonly string[]): Expected {
  // A recogniser writes names of things small, and some of them as they are.
  const forms = [...new Set(things.flatMap((thing) => [thing.toLowerCase(), thing]))];
  const before = ['', 'a ', 'an ', 'the ', 'my ', "it's a ", "it's my ", "it's the ", 'I need a ', 'for a '];
  return {
    kind: 'phrases',
    phrases: [...forms.flatMap((thing) => before.map((words) => words + thing)), ...sounds],
  };
}

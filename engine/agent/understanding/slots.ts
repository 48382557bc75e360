import type { MenuItem, SlotDocument } from '../../store/index.ts';
import { spokenDay, spokenMinute } from '../phrasing/spoken.ts';
import type { WhenReading } from './date-time.ts';
import { recogniseEmail } from './email.ts';
import { type OrderLine, type OrderReading, recogniseOrder } from './menu.ts';
import { cardinalAt, ordinalAt } from './numbers.ts';
import { spaced, type Token, tokenise, wordsIn } from './tokens.ts';
import type { YesNo } from './yes-no.ts';

/** A value of a form: for the record, and as it is read back. */
export interface SlotValue {
  readonly value: string;
  readonly words: string;
  readonly order?: readonly OrderLine[];
}

/** Stands in the record for a value that can be done without; nobody reads it back. */
export const notUnderstood: SlotValue = { value: 'not understood', words: '' };

/** What a turn says about one slot. */
export type SlotReading = SlotValue | { readonly change: OrderReading };

export interface SlotContext {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly when: WhenReading | null;
  readonly yesNo: YesNo | null;
  readonly menu: readonly MenuItem[];
  readonly language: string;
  /** True for the slot that the dialogue has just asked for: a bare answer is one then. */
  readonly asked: boolean;
}

/** Reads one slot from a turn; null where the turn says nothing about it. Names and numbers to call are read elsewhere. */
export function readSlot(slot: SlotDocument, context: SlotContext): SlotReading | null {
  const { tokens, asked } = context;
  switch (slot.kind) {
    case 'text':
      return asked && !(slot.optional && leavesOut(context)) ? inOwnWords(dictated(context.text)) : null;
    case 'address':
      return addressIn(context);
    case 'email': {
      const email = recogniseEmail(context.text);
      return email && { value: email.value, words: email.value };
    }
    case 'number':
    case 'money':
      return numberIn(slot, context);
    case 'date':
    case 'date-time':
      return asked ? whenIn(context) : null;
    case 'yes-no':
      return asked && (context.yesNo === 'yes' || context.yesNo === 'no') ? plain(context.yesNo) : null;
    case 'choice':
      return choiceIn(slot, tokens);
    case 'items': {
      const change = recogniseOrder(tokens, context.menu);
      return change && { change };
    }
    case 'name':
    case 'phone':
      return null;
  }
}

/** "No, that's all", "no idea": nothing to take down. */
const leavesOut = ({ tokens, yesNo }: SlotContext): boolean =>
  tokens.length <= 6 && (yesNo === 'no' || hasNone(tokens));

/** What callers say who do not have what they are asked for. */
export const hasNone = (tokens: readonly Token[]): boolean =>
  / (?:no idea|don't know|dunno|not sure|can't say|couldn't say|don't have (?:one|any|it)|none|nothing|skip it|rather not) /.test(
    spaced(tokens),
  );

const plain = (text: string): SlotValue | null => (text === '' ? null : { value: text, words: text });

const longestText = 500;

/** The caller's words as they were said, but for a hum before them and the recogniser's commas behind them. */
const dictated = (text: string): string =>
  named(
    text
      .trim()
      .replace(/^(?:(?:um+|uh+|er+|hm+)[,.]?\s+)+/i, '')
      .replace(/[\s,;:]+$/, ''),
  ).slice(0, longestText);

/** A sentence keeps its full stop in the record; in the middle of a read-back none is spoken. */
function inOwnWords(text: string): SlotValue | null {
  const words = text.replace(/\.$/, '');
  if (words === '') return null;
  return { value: words.split(/\s+/).length > mostWordsOfName ? text : words, words };
}

/** This many words name a thing; more of them say something, and stay as they are. */
const mostWordsOfName = 4;

/** "It's a Ford escape", "of Ford escape": a thing that is named loses what leads to it, and keeps to its capitals. */
function named(text: string): string {
  const bare = text.replace(/^(?:(?:it's|it is|that's|that is)\s+)?(?:(?:of|an?|the)\s+)?(?=\S)/i, '');
  if (bare === text || bare.split(/\s+/).length > mostWordsOfName) return text;
  const name = bare.replace(/\.$/, '');
  // Behind another word a capital is not that of a sentence.
  return /\s\p{Lu}/u.test(text) ? name.replace(/(?<=^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase()) : name;
}

/** The caller's words without what only leads to them. */
const stripped = (text: string): string =>
  text
    .trim()
    .replace(/^(?:(?:um+|uh+|er+|well|okay|ok|yes|yeah|sure|so|please)[,.]?\s+)+/i, '')
    .replace(/^(?:it's|it is|that's|that is|that would be)\s+(?=\S)/i, '')
    .slice(0, longestText)
    .trim();

/** Up to the door and the town: "… could somebody come on Monday" is no part of it. */
const street =
  /\b\d+[a-z]?\s+(?:\w+\s+){1,4}?(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|square|terrace|close|crescent|nagar|marg)\b(?:,?\s+(?:(?:apartment|apt|unit|suite|flat|floor|number)\s+\w+|\w+\s+floor))?(?:,?\s+in\s+(?!(?:an?|the|my|our|about|order|case|front)\b)\w+(?:\s+(?!(?:please|could|can|would|on|at|and|for|by|to|today|tomorrow|next|this|i|we|my)\b)\w+)?)?/i;

function addressIn({ text, asked }: SlotContext): SlotValue | null {
  const found = street.exec(text)?.[0];
  if (!asked) return plain((found ?? '').trim().slice(0, longestText));
  return plain(
    withHouseNumber(
      stripped(text)
        .replace(/^(?:(?:my|the) address is|i'm at|we're at|i live at|at)\s+/i, '')
        .replace(/[.,;\s]+$/, '')
        // "1,420 Sycamore Drive" is said of no sum.
        .replace(/(?<=\b\d{1,3}),(?=\d{3}\b)/g, ''),
    ),
  );
}

/** "One forty seven Maple Street", "5 5 Maple Street": the number that leads it, in digits. */
function withHouseNumber(address: string): string {
  const tokens = tokenise(address);
  let [digits, i] = ['', 0];
  while (!ordinalAt(tokens, i)) {
    const found = amountAt(tokens, i);
    const zero = digits !== '' && /^(?:oh|o|zero)$/.test(tokens[i]?.text ?? '');
    if (!found && !zero) break;
    digits += found?.value ?? 0;
    i += found?.length ?? 1;
  }
  const street = tokens[i];
  return digits === '' || digits.length > 6 || !street ? address : `${digits} ${address.slice(street.start)}`;
}

function numberIn(slot: SlotDocument, { tokens, asked }: SlotContext): SlotValue | null {
  // What is counted stands in the question: "how many people?" takes "four people" whenever it is said.
  const counted = new Set((slot.ask[0] ?? '').toLowerCase().match(/\p{L}{5,}/gu) ?? []);
  // "Me, my wife and two kids, so four"
  const sum = asked
    ? / (?:so|total|altogether|makes) (?=\w+(?: of us| people| total)? $)/.exec(spaced(tokens))
    : null;
  const start = sum ? wordsIn(spaced(tokens).slice(0, sum.index + sum[0].length)) : 0;
  for (let i = start; i < tokens.length; i++) {
    const found = (isYear(slot) && yearAt(tokens, i)) || amountAt(tokens, i);
    if (!found) continue;
    const next = tokens[i + found.length]?.text ?? '';
    const last = tokens[i - 1]?.text ?? '';
    const named = counted.has(next) || (counted.has('people') && /^(?:guests|persons|of)$/.test(next));
    const isParty =
      counted.has('people') && last === 'for' && /^(?:|please|at|on|this|next|tomorrow|tonight)$/.test(next);
    // Where a table is the service its word is taken already.
    const isTable =
      counted.has('people') && / (?:party|table|#) (?:of|for) $/.test(spaced(tokens.slice(0, i)));
    const isTime = /^(?:am|pm|oclock|thirty|fifteen)$/.test(next) || last === 'at';
    if (!(named || isTable || (isParty && !isTime) || (asked && !isTime))) continue;
    if (slot.min !== undefined && found.value < slot.min) return null;
    if (slot.max !== undefined && found.value > slot.max) return null;
    return plain(String(found.value));
  }
  if (asked && counted.has('people') && / (?:just me|only me|myself|alone) /.test(spaced(tokens)))
    return plain('1');
  return null;
}

const isYear = ({ min = 0, max = 0 }: SlotDocument): boolean => min >= 1800 && max <= 2100;

/** "Twenty seventeen", "nineteen ninety eight", "twenty oh five". */
function yearAt(tokens: readonly Token[], i: number): { value: number; length: number } | null {
  const century = { nineteen: 1900, twenty: 2000 }[tokens[i]?.text ?? ''];
  if (century === undefined) return null;
  const zero = /^(?:oh|o)$/.test(tokens[i + 1]?.text ?? '') ? 1 : 0;
  const year = cardinalAt(tokens, i + 1 + zero);
  if (!year || year.value >= (zero ? 10 : 100) || (!zero && year.value < 10)) return null;
  return { value: century + year.value, length: 1 + zero + year.length };
}

/** "two thousand two hundred", "two hundred and fifty thousand", "350"; "1.5 million" is left to the words. */
function amountAt(tokens: readonly Token[], i: number): { value: number; length: number } | null {
  // What is complete, and the part that a scale may still follow.
  let [sum, part, length, last] = [0, 0, 0, Number.POSITIVE_INFINITY];
  for (;;) {
    const joined = length > 0 && tokens[i + length]?.text === 'and' ? 1 : 0;
    const word = tokens[i + length + joined]?.text ?? '';
    const found = /^\d+$/.test(word)
      ? { value: Number(word), length: 1 }
      : cardinalAt(tokens, i + length + joined);
    const scale = scales[word];
    if (found && part % 100 === 0 && found.value < last) {
      part += found.value;
      length += joined + found.length;
      last = found.value >= 100 ? 0 : last;
    } else if (scale !== undefined && part > 0 && joined === 0) {
      length += 1;
      if (scale === 100) [part, last] = [part * 100, 100];
      else [sum, part, last] = [sum + part * scale, 0, scale];
    } else break;
  }
  return length === 0 ? null : { value: sum + part, length };
}

const scales: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1000,
  grand: 1000,
  k: 1000,
  lakh: 100_000,
  million: 1_000_000,
  crore: 10_000_000,
};

function whenIn({ when, text, language }: SlotContext): SlotValue | null {
  if (!when || (!when.days && when.minute === null)) return null;
  const day = when.days ? spokenDay(when.days.from, language) : '';
  const time = when.minute === null ? '' : spokenMinute(when.minute);
  const words = [day, time].filter((part) => part !== '').join(' at ');
  return words === '' ? plain(stripped(text)) : { value: words, words };
}

function choiceIn(slot: SlotDocument, tokens: readonly Token[]): SlotValue | null {
  const said = spaced(tokens);
  const found = slot.choices
    .flatMap((choice) => choice.words.map((words) => ({ id: choice.id, words: words.toLowerCase() })))
    .filter(({ words }) => said.includes(` ${words} `))
    .toSorted((a, b) => b.words.length - a.words.length);
  const [first] = found;
  const shown = slot.choices.find(({ id }) => id === first?.id)?.words[0];
  return first && shown ? { value: first.id, words: shown } : null;
}

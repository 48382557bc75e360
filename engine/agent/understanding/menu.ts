import type { MenuItem } from '../../store/index.ts';
import { cardinalAt } from './numbers.ts';
import { spaced, type Token, tokenise, wordsIn } from './tokens.ts';

/** One line of an order. */
export interface OrderLine {
  readonly itemId: string;
  readonly quantity: number;
  /** Names of the item's options that were asked for. */
  readonly options: readonly string[];
  /** Other wishes, in the caller's words: "no onions". */
  readonly note: string | null;
}

/** What a turn does to an order. */
export interface OrderReading {
  readonly add: readonly OrderLine[];
  /** Items that are not wanted any more. */
  readonly remove: readonly string[];
  /** Items whose number was corrected: "make it three cokes". */
  readonly set: readonly OrderLine[];
}

interface Mention {
  readonly item: MenuItem;
  readonly from: number;
  readonly to: number;
}

const mostOfOne = 50;

/**
 * Items of the menu with their number, options and wishes. What is not on the menu is not read: an order holds
 * only what has a price.
 */
export function recogniseOrder(tokens: readonly Token[], menu: readonly MenuItem[]): OrderReading | null {
  const mentions = mentionsOf(tokens, menu);
  if (mentions.length === 0) return null;
  const add: OrderLine[] = [];
  const set: OrderLine[] = [];
  const remove: string[] = [];
  for (const [i, mention] of mentions.entries()) {
    const start = i === 0 ? 0 : (mentions[i - 1]?.to ?? 0);
    const lead = tokens.slice(start, mention.from);
    const said = spaced(lead);
    if (
      / (?:no|without|remove|cancel|not|drop|take (?:off|out)|leave (?:off|out)|skip|scrap|ditch|lose|forget|minus|instead of|rather than)(?: the| a| an| any| that| my)? $/.test(
        said,
      )
    ) {
      remove.push(mention.item.id);
      continue;
    }
    const tail = tokens.slice(mention.to, mentions[i + 1]?.from ?? tokens.length);
    // "One soup, no wait, two soups"
    const isSaidAgain = takenBack.test(said) && add.at(-1)?.itemId === mention.item.id;
    if (isSaidAgain) add.pop();
    const line: OrderLine = {
      itemId: mention.item.id,
      quantity: quantityAfter(tail) ?? quantityIn(lead),
      ...extrasOf(mention.item, tail, lead),
    };
    const apart = someOnly(tail);
    if (apart > 0 && apart < line.quantity) {
      add.push(
        { ...line, ...extrasOf(mention.item, [], lead), quantity: line.quantity - apart },
        { ...line, quantity: apart },
      );
      continue;
    }
    const corrects = / (?:make (?:it|that)|actually|instead|change (?:it|that) to|only|just) /.test(said);
    (corrects && !isSaidAgain ? set : add).push(line);
  }
  return { add, remove, set };
}

/** The longest names win: "garlic bread with cheese" before "garlic bread". */
function mentionsOf(tokens: readonly Token[], menu: readonly MenuItem[]): readonly Mention[] {
  const names = menu
    .flatMap((item) => [item.name, ...item.aliases].map((name) => ({ item, words: wordsOf(name) })))
    .filter(({ words }) => words.length > 0)
    .toSorted((a, b) => b.words.length - a.words.length);
  const found: Mention[] = [];
  for (const { item, words } of names) {
    for (let from = 0; from + words.length <= tokens.length; from++) {
      const to = from + words.length;
      if (found.some((mention) => mention.from < to && from < mention.to)) continue;
      if (words.every((word, k) => sameWord(tokens[from + k]?.text ?? '', word)))
        found.push({ item, from, to });
    }
  }
  return found.toSorted((a, b) => a.from - b.from);
}

const wordsOf = (name: string): readonly string[] => tokenise(name).map((token) => token.text);

/** Singular and plural are one word. */
const sameWord = (a: string, b: string): boolean => singular(a) === singular(b);
const singular = (word: string): string =>
  word.length > 4 && /(?:ches|shes|sses|xes)$/.test(word)
    ? word.slice(0, -2)
    : word.length > 4 && word.endsWith('ies')
      ? `${word.slice(0, -3)}y`
      : word.length > 3 && /[^s]s$/.test(word)
        ? word.slice(0, -1)
        : word;

function quantityIn(lead: readonly Token[]): number {
  for (let i = lead.length - 1; i >= Math.max(0, lead.length - 4); i--) {
    const found = cardinalAt(lead, i);
    const ten = i > 0 ? cardinalAt(lead, i - 1) : null;
    if (ten && ten.length === 2) return Math.min(ten.value, mostOfOne);
    if (found && found.value >= 1) return Math.min(found.value, mostOfOne);
    const word = lead[i]?.text;
    if (word === 'couple') return 2;
    if (word === 'dozen') return lead[i - 1]?.text === 'half' ? 6 : 12;
    if (word === 'and') break;
  }
  return 1;
}

const takenBack = / (?:no|wait|sorry|actually|i mean|i meant|scratch that|make (?:it|that)) /;
const another =
  /^ (?:(?:uh|um|oh|no|wait|sorry|actually|hold on|i mean|i meant|scratch that|make (?:it|that)) )+(?=\w+ (?:(?:and|plus|also|please|of) |$))/;

/** "Two soups, no, make that three": the number that is said behind. */
function quantityAfter(tail: readonly Token[]): number | null {
  const lead = another.exec(spaced(tail));
  const found = lead && cardinalAt(tail, wordsIn(lead[0]));
  return found && found.value >= 1 ? Math.min(found.value, mostOfOne) : null;
}

/** "Two margheritas, one with mushrooms": how many of them the extras are for; 0 where they are for all. */
const someOnly = (tail: readonly Token[]): number =>
  tail[1]?.text === 'with' || tail[1]?.text === 'without' ? (cardinalAt(tail, 0)?.value ?? 0) : 0;

/** Options of the item by name, before or behind it, and wishes that begin with "no", "without", "extra". */
function extrasOf(
  item: MenuItem,
  tail: readonly Token[],
  lead: readonly Token[],
): Pick<OrderLine, 'options' | 'note'> {
  const near = lead.slice(-4);
  const text = spaced(tail);
  const said = `${spaced(near)}${text}`;
  const options = item.options.filter((option) =>
    [option.name, ...option.aliases].some((name) => said.includes(` ${wordsOf(name).join(' ')} `)),
  );
  const wishes = [
    ...text.matchAll(
      / ((?:no|without|extra|hold the|light on the|on the side) (?!problem|wait|make|sorry|actually)\w+(?: \w+)?)(?= |$)/g,
    ),
  ]
    .map(([, wish = '']) => wish.replace(/ (?:and|please|for|with|to|on)$/, ''))
    .filter(
      (wish) =>
        !options.some(({ name, aliases }) =>
          [name, ...aliases].some((said) => wish.includes(said.toLowerCase())),
        ),
    );
  return { options: options.map(({ name }) => name), note: wishes.length > 0 ? wishes.join(', ') : null };
}

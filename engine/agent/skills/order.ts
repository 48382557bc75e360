import type { MenuItem } from '../../store/index.ts';
import { counted, spokenList, writtenMoney } from '../phrasing/spoken.ts';
import type { OrderLine, OrderReading } from '../understanding/menu.ts';
import type { SlotValue } from '../understanding/slots.ts';

const mostLines = 40;

/** The order with what the caller just said; null when nothing is left of it. */
export function changeOrder(
  old: readonly OrderLine[],
  change: OrderReading,
  menu: readonly MenuItem[],
): SlotValue | null {
  let lines = old.filter(({ itemId }) => !change.remove.includes(itemId));
  for (const line of change.set) {
    // "Make it two" of what is there replaces it; of something new it is one more line.
    lines = [...lines.filter(({ itemId }) => itemId !== line.itemId), line];
  }
  for (const line of change.add) {
    const same = lines.findIndex(
      (kept) =>
        kept.itemId === line.itemId && kept.note === line.note && kept.options.join() === line.options.join(),
    );
    lines =
      same >= 0
        ? lines.map((kept, i) => (i === same ? { ...kept, quantity: kept.quantity + line.quantity } : kept))
        : [...lines, line];
  }
  lines = lines.slice(0, mostLines);
  if (lines.length === 0) return null;
  const words = spokenList(
    lines.map((line) => lineInWords(line, menu)),
    'and',
  );
  return { value: words, words, order: lines };
}

/** Items that are in the order already get the new number instead of more. */
export const asCorrection = (change: OrderReading, old: readonly OrderLine[]): OrderReading => {
  const isThere = ({ itemId }: OrderLine): boolean => old.some((line) => line.itemId === itemId);
  return {
    ...change,
    add: change.add.filter((line) => !isThere(line)),
    set: [...change.set, ...change.add.filter(isThere)],
  };
};

function lineInWords({ itemId, quantity, options, note }: OrderLine, menu: readonly MenuItem[]): string {
  const name = menu.find(({ id }) => id === itemId)?.name ?? '';
  const sizes = options.filter((option) => isSize.test(option));
  const extras = [...options.filter((option) => !isSize.test(option)), ...(note ? [note] : [])];
  const item = counted(quantity, [...sizes, name].join(' '));
  return `${item}${extras.length > 0 ? ` with ${spokenList(extras, 'and')}` : ''}`.replace(
    ' with no ',
    ' without ',
  );
}

/** "A large pizza", not "a pizza with large". */
const isSize =
  /^(?:extra |half )?(?:small|medium|large|regular|mini|single|double|triple|family|kids)(?: size)?$/i;

/** Sum of the menu's prices in minor units. Nothing is priced that the menu does not hold. */
export function totalOf(
  lines: readonly OrderLine[],
  menu: readonly MenuItem[],
): { readonly minor: number; readonly currency: string } | null {
  let minor = 0;
  let currency: string | null = null;
  for (const { itemId, quantity, options } of lines) {
    const item = menu.find(({ id }) => id === itemId);
    if (!item) continue;
    currency ??= item.currency;
    const extras = item.options.filter(({ name }) => options.includes(name));
    minor += quantity * (item.priceMinor + extras.reduce((sum, { priceMinor }) => sum + priceMinor, 0));
  }
  return currency === null ? null : { minor, currency };
}

export const spokenTotal = (
  lines: readonly OrderLine[],
  { menu, language }: { readonly menu: readonly MenuItem[]; readonly language: string },
): string => {
  const total = totalOf(lines, menu);
  return total ? writtenMoney(total.minor, total.currency, language) : '';
};

import type { MenuItem } from '../../store/index.ts';
import type { DialogueState, Line } from '../dialogue.ts';
import type { Reading } from '../understanding/reading.ts';

/** Answers "how much is a filling?" or "… a margherita?"; without either, what is being talked about, else all. */
export function priceLine(reading: Reading, state: DialogueState, menu: readonly MenuItem[]): Line {
  const item = menu.find(({ id }) => id === reading.order?.add[0]?.itemId);
  if (item) return { name: 'menu-price', itemId: item.id };
  const serviceId = reading.service?.value ?? state.serviceId ?? state.topicId;
  return serviceId === null ? { name: 'prices' } : { name: 'price', serviceId };
}

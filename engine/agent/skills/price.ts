import type { MenuItem } from '../../store/index.ts';
import type { DialogueState, Line } from '../dialogue.ts';
import type { Reading } from '../understanding/reading.ts';

/** Answers "how much is a filling, and a crown?" or "… a margherita?"; without either, what is being talked about, else all. */
export function priceLine(reading: Reading, state: DialogueState, menu: readonly MenuItem[]): Line {
  const ordered = new Set(reading.order?.add.map(({ itemId }) => itemId));
  const itemIds = menu.flatMap(({ id }) => (ordered.has(id) ? [id] : []));
  if (itemIds.length > 0) return { name: 'menu-price', itemIds };
  const serviceId = reading.service?.value ?? state.serviceId ?? state.topicId;
  if (serviceId === null) return { name: 'prices' };
  return { name: 'price', serviceIds: reading.also === null ? [serviceId] : [serviceId, reading.also] };
}

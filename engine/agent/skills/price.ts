import type { DialogueState, Line } from '../dialogue.ts';
import type { Reading } from '../understanding/reading.ts';

/** Answers "how much is a filling?"; without a service, the one being talked about, else all. */
export function priceLine(reading: Reading, state: DialogueState): Line {
  const serviceId = reading.service?.value ?? state.serviceId ?? state.topicId;
  return serviceId === null ? { name: 'prices' } : { name: 'price', serviceId };
}

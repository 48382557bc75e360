import type { DialogueState, Line } from '../dialogue.ts';
import type { ProfileSnapshot } from '../model.ts';
import { spokenPhone } from '../phrasing/spoken.ts';
import { openSlots } from './form.ts';

/** Names the value that the caller corrected, before all is read back again; null where it is none of these. */
export function changedLine(
  before: DialogueState,
  after: DialogueState,
  snapshot: ProfileSnapshot,
): Line | null {
  const { name, phone } = after;
  if (name !== null && before.name !== null && name !== before.name)
    return { name: 'changed', label: 'name', words: name };
  if (phone !== null && before.phone !== null && phone !== before.phone)
    return { name: 'changed', label: 'number', words: spokenPhone(phone, snapshot.language) };
  const old = before.form?.values ?? before.details;
  const now = after.form?.values ?? after.details;
  const slot = openSlots(after, snapshot).find(
    ({ id }) => old[id] && now[id] && !now[id].order && old[id].value !== now[id].value,
  );
  const words = slot && now[slot.id]?.words;
  return slot && words ? { name: 'changed', label: slot.label, words } : null;
}

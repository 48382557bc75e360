import { takeMessage } from './answers/form.ts';
import { putThrough } from './answers/person.ts';
import { askAgain, end } from './asking.ts';
import { type Decision, type DialogueState, type Facts, say } from './dialogue.ts';
import { messageSkill } from './skills/form.ts';
import type { Reading } from './understanding/reading.ts';

/** Words of danger count even where they were not heard well. */
const heardAtAll = 0.3;

/** Danger goes before everything: what to do is said at once, and then the call goes to a person. */
export function onEmergency(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const emergency = facts.snapshot.playbook?.emergencies.find(({ id }) => id === reading.emergency);
  if (!emergency || reading.confidence < heardAtAll || state.warned.includes(emergency.id)) return null;
  const warned: DialogueState = { ...state, warned: [...state.warned, emergency.id], readBack: null };
  const lead = [say({ name: 'emergency', id: emergency.id })];
  if (emergency.next === 'end') return end(warned, lead);
  if (emergency.next === 'go-on') return askAgain(warned, facts, lead, false);
  const [person] = facts.snapshot.people ?? [];
  const led = (decision: Decision): Decision => ({ ...decision, moves: [...lead, ...decision.moves] });
  if (emergency.next === 'person' && person) return led(putThrough(warned, person.id, true));
  const skill = messageSkill(facts.snapshot);
  if (!skill) return askAgain(warned, facts, lead, false);
  return led(takeMessage(warned, skill, { facts, text: reading.text, urgent: true }));
}

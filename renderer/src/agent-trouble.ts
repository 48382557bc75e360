import type { AgentDocument } from '../../engine/api/contract/index.ts';
import { wrongDays } from './opening-hours.ts';
import { agentDraftStrings } from './strings-agent-draft.ts';

const words = agentDraftStrings.wrong;

/** What is wrong with a document, in words, by the place of the value: `services.0.name`. */
export function troubleOf(document: AgentDocument): ReadonlyMap<string, string> {
  const { agentName, greeting, prompt, services, staff, playbook } = document;
  const found: (readonly [string, string] | null)[] = [
    unless(isText(agentName, 60), 'agentName', words.agentName),
    unless(isText(greeting, 500), 'greeting', words.greeting),
    unless(prompt.length <= 20_000, 'prompt', words.prompt),
    unless(isTextOrNull(playbook.address, 200), 'playbook.address', words.address),
    unless(isTextOrNull(playbook.directions, 500), 'playbook.directions', words.directions),
    unless(staff.length > 0, 'staff', words.staffNone),
    ...named(staff, 'staff', words.staffName, words.staffTwice),
    ...named(services, 'services', words.serviceName, words.serviceTwice),
    ...services.flatMap((service, i) => {
      const { durationMinutes, priceMinor, bufferBeforeMinutes, bufferAfterMinutes, capacity } = service;
      return [
        unless(isWhole(durationMinutes, 5, 1440), `services.${i}.durationMinutes`, words.minutes),
        unless(isWhole(priceMinor, 0, 1e12), `services.${i}.priceMinor`, words.price),
        unless(isWhole(bufferBeforeMinutes, 0, 240), `services.${i}.bufferBeforeMinutes`, words.buffer),
        unless(isWhole(bufferAfterMinutes, 0, 240), `services.${i}.bufferAfterMinutes`, words.buffer),
        unless(isWhole(capacity, 1, 1000), `services.${i}.capacity`, words.capacity),
      ];
    }),
    ...playbook.skills.flatMap(({ slots, done }, i) => [
      unless(isText(done, 300), `playbook.skills.${i}.done`, words.say),
      ...questions(slots, `playbook.skills.${i}.slots`),
    ]),
    ...questions(playbook.bookingSlots, 'playbook.bookingSlots'),
    ...playbook.emergencies.map(({ say }, i) =>
      unless(isText(say, 300), `playbook.emergencies.${i}.say`, words.say),
    ),
    ...staff.map(({ hours }, i) => {
      const [wrong] = wrongDays(hours).values();
      return wrong === undefined ? null : ([`staff.${i}.hours`, wrong] as const);
    }),
    ...[...wrongDays(document.hours)].map(([weekday, wrong]) => [`hours.${weekday}`, wrong] as const),
  ];
  return new Map(found.filter((one) => one !== null));
}

const unless = (fine: boolean, path: string, wrong: string): readonly [string, string] | null =>
  fine ? null : [path, wrong];

const isText = (text: string, most: number): boolean => text.trim() !== '' && text.trim().length <= most;
const isTextOrNull = (text: string | null, most: number): boolean => text === null || isText(text, most);
const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();

const named = (
  entries: readonly { readonly name: string }[],
  path: string,
  needed: string,
  twice: string,
): (readonly [string, string] | null)[] =>
  entries.map(({ name }, i) =>
    isText(name, 80)
      ? unless(
          entries.findIndex((other) => plain(other.name) === plain(name)) === i,
          `${path}.${i}.name`,
          twice,
        )
      : [`${path}.${i}.name`, needed],
  );

const questions = (slots: readonly { readonly ask: readonly string[] }[], path: string) =>
  slots.flatMap(({ ask }, i) =>
    ask.map((question, n) => unless(isText(question, 200), `${path}.${i}.ask.${n}`, words.question)),
  );

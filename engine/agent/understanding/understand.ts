import type { SlotDocument } from '../../store/index.ts';
import type { Expecting, Heard, ProfileSnapshot } from '../model.ts';
import { isCorrection, recogniseAspect, recogniseChoice } from './choice.ts';
import { correctedPhone } from './corrected-phone.ts';
import {
  isDropped,
  isForStaff,
  isQuestion,
  isUrgent,
  recogniseChange,
  recogniseEmergency,
  recogniseSkill,
} from './cues.ts';
import { recogniseWhen } from './date-time.ts';
import {
  cuedIntent,
  type Embed,
  hasBookingWords,
  type IntentBank,
  type IntentExample,
  type IntentName,
  type IntentReading,
  isIntent,
  type Meant,
} from './intents.ts';
import { recogniseOrder } from './menu.ts';
import { recogniseName } from './names.ts';
import { cosine, nearestIntents } from './nearest.ts';
import { asksForStranger, namesPerson, recognisePerson, wantsMessage } from './people.ts';
import { recognisePhone, regionOf } from './phone.ts';
import type { Reading } from './reading.ts';
import { serviceNames, servicesIn } from './services.ts';
import { hasNone, readSlot, type SlotReading } from './slots.ts';
import { mask, spaced, type Token, tokenise } from './tokens.ts';
import { wishedTimes } from './wished-times.ts';
import { isClearYes, recogniseYesNo } from './yes-no.ts';

/** What the dialogue knows that helps to understand the next words. */
export interface UnderstandingContext {
  readonly expecting: Expecting;
  /** True while the dialogue waits for the kind of service. */
  readonly serviceAsked: boolean;
  /** Local day already agreed (ISO), which settles am and pm. */
  readonly knownDay: string | null;
  /** A number that was told already, E.164: digits of it may be put right. */
  readonly knownPhone: string | null;
  /** Openings that were just offered. */
  readonly choices: number;
  /** Slots that are open, and the one of them that was asked for. */
  readonly slots: readonly SlotDocument[];
  readonly slotAsked: string | null;
  readonly nowMs: number;
}

/** The vectors of what this business alone has: its services, and the example phrases of its playbook. */
export interface OwnVectors {
  readonly services: readonly { readonly serviceId: string; readonly vector: Float32Array }[];
  readonly examples: readonly IntentExample[];
}

export async function embedOwn(snapshot: ProfileSnapshot, embed: Embed): Promise<OwnVectors> {
  const names = snapshot.services.flatMap((service) =>
    serviceNames(service).map((name) => ({ serviceId: service.id, name })),
  );
  const { playbook } = snapshot;
  const phrases: { intent: IntentName; skillId: string | null; text: string }[] = [
    ...Object.entries(playbook?.phrases ?? {}).flatMap(([key, texts]) => {
      const meant = meantBy(key, snapshot);
      return meant ? texts.map((text) => ({ ...meant, text })) : [];
    }),
    ...(playbook?.skills ?? []).flatMap((skill) =>
      skill.phrases.map((text) => ({ intent: 'skill' as const, skillId: skill.id, text })),
    ),
  ];
  const texts = [...names.map(({ name }) => name), ...phrases.map(({ text }) => text)];
  if (texts.length === 0) return { services: [], examples: [] };
  const vectors = await embed(texts);
  return {
    services: names.flatMap(({ serviceId }, i) => {
      const vector = vectors[i];
      return vector ? [{ serviceId, vector }] : [];
    }),
    examples: phrases.flatMap(({ intent, skillId }, i) => {
      const vector = vectors[names.length + i];
      return vector ? [{ intent, skillId, vector }] : [];
    }),
  };
}

/** A key of the playbook's phrases: a skill of its own, or an intent that every receptionist has. */
function meantBy(
  key: string,
  { playbook }: ProfileSnapshot,
): { intent: IntentName; skillId: string | null } | null {
  if (playbook?.skills.some(({ id }) => id === key)) return { intent: 'skill', skillId: key };
  if (key === 'reschedule' || key === 'cancel') return { intent: 'change-appointment', skillId: null };
  return isIntent(key) ? { intent: key, skillId: null } : null;
}

/** The deterministic part: everything that the words alone say. */
export function recognise(heard: Heard, snapshot: ProfileSnapshot, context: UnderstandingContext): Reading {
  const tokens = tokenise(heard.text);
  const { knownPhone } = context;
  const told = recognisePhone(tokens, regionOf(snapshot.language));
  const phone = (!told?.e164 && knownPhone !== null && correctedPhone(tokens, knownPhone)) || told;
  const digitsAsked = context.expecting === 'digits';
  const isNumber = phone !== null && (phone.e164 !== null || phone.digits.length >= 7 || digitsAsked);
  const rest = phone && isNumber ? mask(tokens, phone.from, phone.to) : tokens;
  const [service, also] = servicesIn(rest, snapshot.services, context.serviceAsked);
  const withoutService = [service, also].reduce(
    (left, named) => (named ? mask(left, named.from, named.to) : left),
    rest,
  );
  const datesAsked = context.expecting === 'date-time' || context.choices > 0;
  const whenIn = (part: readonly Token[]): Reading['when'] =>
    recogniseWhen(part, {
      nowMs: context.nowMs,
      timeZone: snapshot.timeZone,
      language: snapshot.language,
      hours: snapshot.hours,
      knownDay: context.knownDay,
      expected: datesAsked,
      choices: context.choices,
    });
  const times = wishedTimes(digitsAsked ? rest.filter((token) => token.text !== '#') : withoutService, {
    said: tokens,
    moves: recogniseChange(withoutService) === 'reschedule',
  });
  const when = whenIn(times.old);
  const toWhen = times.next && whenIn(times.next);
  const name = recogniseName(withoutService, {
    expected: context.expecting === 'name',
    // Whoever is asked for a name may be called like a service.
    notNames: new Set(
      (context.expecting === 'name' && tokens.length > 1 ? [] : snapshot.services).flatMap((entry) =>
        serviceNames(entry)
          .join(' ')
          .toLowerCase()
          .split(/[\s-]+/),
      ),
    ),
  });
  const person = recognisePerson(tokens, snapshot.people ?? []);
  const isName =
    context.expecting === 'name' && name !== null && tokens.length <= 4 && !heard.text.includes('?');
  const cued: IntentReading | null = isName
    ? null
    : person && namesPerson(tokens)
      ? { name: 'person', score: 1, margin: 1 }
      : cuedIntent(tokens);
  // "How are you today?" and "see you on Tuesday" ask for no day.
  const chatting = (cued?.name === 'small-talk' || cued?.name === 'goodbye') && !hasBookingWords(tokens);
  const corrects = isCorrection(withoutService);
  const free = takesAnything(context) && !corrects;
  const values: Pick<Reading, 'service' | 'when' | 'toWhen' | 'name' | 'choice' | 'aspect'> = {
    service: service && { value: service.serviceId, confidence: service.confidence },
    ...{ when: chatting ? null : when, toWhen, name },
    ...{ choice: recogniseChoice(tokens), aspect: recogniseAspect(tokens) },
  };
  return {
    text: heard.text,
    confidence: heard.confidence,
    intent: cued,
    also: free ? null : (also?.serviceId ?? null),
    wantsBooking: hasBookingWords(tokens) || cued?.name === 'book',
    yesNo: recogniseYesNo(tokens),
    clearYes: isClearYes(tokens),
    correction: corrects,
    ...(free ? nothingElse : values),
    person: person && { value: person.personId, confidence: person.confidence },
    wantsMessage: wantsMessage(tokens),
    stranger: person === null && asksForStranger(tokens),
    hasNone: hasNone(tokens),
    ...cuesOf(heard.text, tokens, snapshot),
    // Nor is "an oil change" a wish to change something.
    change: recogniseChange(withoutService),
    slots: slotsOf({ text: heard.text, tokens: withoutService, snapshot, context, when }),
    phone: phone?.e164 ? { value: phone.e164, confidence: 0.95 } : null,
    digits: phone && phone.digits.length >= 2 ? phone.digits : null,
    between: null,
    remark: false,
  };
}

function cuesOf(
  text: string,
  tokens: readonly Token[],
  { playbook }: ProfileSnapshot,
): Pick<Reading, 'skill' | 'emergency' | 'urgent' | 'dropped' | 'forStaff' | 'question' | 'order'> {
  const skillId = recogniseSkill(tokens, playbook);
  return {
    skill: skillId === null ? null : { value: skillId, confidence: 1 },
    emergency: recogniseEmergency(tokens, playbook),
    urgent: isUrgent(tokens),
    dropped: isDropped(tokens),
    forStaff: isForStaff(tokens),
    question: isQuestion(text, tokens),
    order: playbook && playbook.menu.length > 0 ? recogniseOrder(tokens, playbook.menu) : null,
  };
}

function slotsOf(options: {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly snapshot: ProfileSnapshot;
  readonly context: UnderstandingContext;
  readonly when: Reading['when'];
}): Readonly<Record<string, SlotReading>> {
  const { text, tokens, snapshot, context, when } = options;
  const found = context.slots.flatMap((slot) => {
    const reading = readSlot(slot, {
      ...{ text, tokens, when, yesNo: recogniseYesNo(tokens), menu: snapshot.playbook?.menu ?? [] },
      ...{ language: snapshot.language, asked: slot.id === context.slotAsked },
    });
    return reading ? [[slot.id, reading] as const] : [];
  });
  return Object.fromEntries(found);
}

/** What was asked for is an address, a text or a count: the numbers and names in it are nothing else. */
const takesAnything = ({ slots, slotAsked }: UnderstandingContext): boolean =>
  slots.some(({ id, kind }) => id === slotAsked && !['date', 'date-time', 'yes-no', 'choice'].includes(kind));

const nothingElse = {
  service: null,
  when: null,
  toWhen: null,
  name: null,
  choice: null,
  aspect: null,
} as const;

/** How near an example must be: alone, or well ahead of the next intent. */
const certainScore = 0.62;
const leadingScore = 0.45;
const leadingMargin = 0.06;
/** While the dialogue waits for an answer, a digression has to be clearer. */
const pendingPenalty = 0.06;
/** Below this nothing in the bank resembles the words: noise rather than a remark. */
const remarkScore = 0.3;

export interface Understanding {
  readonly snapshot: ProfileSnapshot;
  readonly bank: IntentBank;
  readonly own: OwnVectors;
  readonly embed: Embed;
}

/** Words and dialogue state to a reading; the embedding model is asked only when the words leave something open. */
export async function understand(
  heard: Heard,
  understanding: Understanding,
  context: UnderstandingContext,
): Promise<Reading> {
  const reading = recognise(heard, understanding.snapshot, context);
  const tokens = tokenise(heard.text);
  if (!needsModel(reading, tokens, context)) return reading;
  const [vector] = await understanding.embed([heard.text.toLowerCase()]);
  if (!vector) return reading;
  const examples = [...understanding.bank.examples, ...understanding.own.examples];
  const [nearest, second] = nearestIntents(examples, vector);
  const accepts = nearest && accepted(nearest, context) ? nearest : null;
  const skill = accepts?.name === 'skill' ? (accepts.skillId ?? null) : null;
  const intent = accepts?.name === 'skill' ? null : accepts;
  const service = reading.service ?? guessService(understanding.own.services, vector, context, intent);
  const words = tokens.filter((token) => /\p{L}{2,}/u.test(token.text)).length;
  const between = accepts === null ? equallyNear(nearest, second, context) : null;
  const remark =
    accepts === null &&
    between === null &&
    service === null &&
    words >= 3 &&
    (nearest?.score ?? 0) >= remarkScore;
  return {
    ...reading,
    intent,
    service,
    skill: reading.skill ?? (skill === null ? null : { value: skill, confidence: accepts?.score ?? 0 }),
    wantsBooking: reading.wantsBooking || intent?.name === 'book',
    between,
    remark,
  };
}

function needsModel(reading: Reading, tokens: readonly Token[], context: UnderstandingContext): boolean {
  if (reading.intent !== null || reading.skill !== null || tokens.length === 0) return false;
  // What was asked for is taken as it is.
  if (context.slotAsked !== null && reading.slots[context.slotAsked] && !reading.question) return false;
  const dated = reading.when !== null || reading.toWhen !== null;
  const answered =
    (reading.yesNo !== null && (context.expecting !== 'open' || tokens.length <= 2)) ||
    dated ||
    reading.name !== null ||
    reading.phone !== null ||
    reading.service !== null ||
    (reading.aspect !== null && tokens.length <= 4) ||
    (context.choices > 0 && reading.choice !== null) ||
    (context.expecting === 'digits' && reading.digits !== null);
  if (!answered) return true;
  const question =
    /\?\s*$/.test(reading.text) ||
    / (?:what|when|where|who|how|why|do you|are you|is there) /.test(spaced(tokens));
  return (
    question || (context.expecting === 'open' && reading.service === null && !dated && tokens.length > 4)
  );
}

function accepted(nearest: IntentReading, context: UnderstandingContext): boolean {
  const penalty = context.expecting === 'open' ? 0 : pendingPenalty;
  return (
    nearest.score >= certainScore + penalty ||
    (nearest.score >= leadingScore + penalty && nearest.margin >= leadingMargin)
  );
}

/** What can be asked about in one question. */
const wishes: ReadonlySet<IntentName> = new Set([
  ...(['book', 'change-appointment', 'hours', 'price', 'services', 'address', 'person', 'skill'] as const),
]);

/** Two wishes that were both meant well enough, had the other not been as near. */
function equallyNear(
  first: IntentReading | undefined,
  second: IntentReading | undefined,
  context: UnderstandingContext,
): Reading['between'] {
  if (context.expecting !== 'open' || context.slotAsked !== null || !first || !second) return null;
  const isNear = ({ name, score }: IntentReading): boolean => score >= leadingScore && wishes.has(name);
  const meant = ({ name, skillId = null }: IntentReading): Meant => ({ name, skillId });
  return isNear(first) && isNear(second) ? [meant(first), meant(second)] : null;
}

function guessService(
  services: OwnVectors['services'],
  vector: Float32Array,
  context: UnderstandingContext,
  intent: IntentReading | null,
): Reading['service'] {
  if (!context.serviceAsked || (intent !== null && intent.name !== 'book')) return null;
  const best = new Map<string, number>();
  for (const entry of services) {
    const score = cosine(entry.vector, vector);
    if (score > (best.get(entry.serviceId) ?? -1)) best.set(entry.serviceId, score);
  }
  const [first, second] = [...best].sort((a, b) => b[1] - a[1]);
  if (!first || first[1] < 0.4 || first[1] - (second?.[1] ?? 0) < 0.07) return null;
  return { value: first[0], confidence: Math.min(0.8, first[1]) };
}

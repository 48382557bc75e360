import type { Expecting, Heard, ProfileSnapshot } from '../model.ts';
import { isCorrection, recogniseAspect, recogniseChoice } from './choice.ts';
import { recogniseWhen } from './date-time.ts';
import {
  cosine,
  cuedIntent,
  type Embed,
  hasBookingWords,
  type IntentBank,
  type IntentReading,
  nearestIntent,
} from './intents.ts';
import { recogniseName } from './names.ts';
import { namesPerson, recognisePerson, wantsMessage } from './people.ts';
import { recognisePhone, regionOf } from './phone.ts';
import type { Reading } from './reading.ts';
import { recogniseService, serviceNames } from './services.ts';
import { mask, spaced, type Token, tokenise } from './tokens.ts';
import { recogniseYesNo } from './yes-no.ts';

/** What the dialogue knows that helps to understand the next words. */
export interface UnderstandingContext {
  readonly expecting: Expecting;
  /** True while the dialogue waits for the kind of service. */
  readonly serviceAsked: boolean;
  /** Local day already agreed (ISO), which settles am and pm. */
  readonly knownDay: string | null;
  /** Openings that were just offered. */
  readonly choices: number;
  readonly nowMs: number;
}

/** The vectors of the tenant's services, for words that name none of them. */
export type ServiceVectors = readonly { readonly serviceId: string; readonly vector: Float32Array }[];

export async function embedServices(snapshot: ProfileSnapshot, embed: Embed): Promise<ServiceVectors> {
  const names = snapshot.services.flatMap((service) =>
    serviceNames(service).map((name) => ({ serviceId: service.id, name })),
  );
  if (names.length === 0) return [];
  const vectors = await embed(names.map((entry) => entry.name));
  return names.flatMap((entry, i) => {
    const vector = vectors[i];
    return vector ? [{ serviceId: entry.serviceId, vector }] : [];
  });
}

/** The deterministic part: everything that the words alone say. */
export function recognise(heard: Heard, snapshot: ProfileSnapshot, context: UnderstandingContext): Reading {
  const tokens = tokenise(heard.text);
  const phone = recognisePhone(tokens, regionOf(snapshot.language));
  const digitsAsked = context.expecting === 'digits';
  const isNumber = phone !== null && (phone.e164 !== null || phone.digits.length >= 7 || digitsAsked);
  const rest = phone && isNumber ? mask(tokens, phone.from, phone.to) : tokens;
  const service = recogniseService(rest, snapshot.services, context.serviceAsked);
  const withoutService = service ? mask(rest, service.from, service.to) : rest;
  const datesAsked = context.expecting === 'date-time' || context.choices > 0;
  const when = recogniseWhen(digitsAsked ? rest.filter((token) => token.text !== '#') : withoutService, {
    nowMs: context.nowMs,
    timeZone: snapshot.timeZone,
    language: snapshot.language,
    hours: snapshot.hours,
    knownDay: context.knownDay,
    expected: datesAsked,
    choices: context.choices,
  });
  const name = recogniseName(withoutService, {
    expected: context.expecting === 'name',
    notNames: new Set(
      snapshot.services.flatMap((entry) =>
        serviceNames(entry)
          .join(' ')
          .toLowerCase()
          .split(/[\s-]+/),
      ),
    ),
  });
  const person = recognisePerson(tokens, snapshot.people ?? []);
  const cued: IntentReading | null =
    person && namesPerson(tokens) ? { name: 'person', score: 1, margin: 1 } : cuedIntent(tokens);
  // "How are you today?" and "see you on Tuesday" ask for no day.
  const chatting = (cued?.name === 'small-talk' || cued?.name === 'goodbye') && !hasBookingWords(tokens);
  return {
    text: heard.text,
    confidence: heard.confidence,
    intent: cued,
    wantsBooking: hasBookingWords(tokens) || cued?.name === 'book',
    yesNo: recogniseYesNo(tokens),
    choice: recogniseChoice(tokens),
    aspect: recogniseAspect(tokens),
    correction: isCorrection(tokens),
    person: person && { value: person.personId, confidence: person.confidence },
    wantsMessage: wantsMessage(tokens),
    service: service && { value: service.serviceId, confidence: service.confidence },
    when: chatting ? null : when,
    name,
    phone: phone?.e164 ? { value: phone.e164, confidence: 0.95 } : null,
    digits: phone && phone.digits.length >= 2 ? phone.digits : null,
    remark: false,
  };
}

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
  readonly services: ServiceVectors;
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
  const nearest = nearestIntent(understanding.bank, vector);
  const intent = nearest && accepted(nearest, context) ? nearest : null;
  const service = reading.service ?? guessService(understanding.services, vector, context, intent);
  const words = tokens.filter((token) => /\p{L}{2,}/u.test(token.text)).length;
  const remark = intent === null && service === null && words >= 3 && (nearest?.score ?? 0) >= remarkScore;
  return {
    ...reading,
    intent,
    service,
    wantsBooking: reading.wantsBooking || intent?.name === 'book',
    remark,
  };
}

function needsModel(reading: Reading, tokens: readonly Token[], context: UnderstandingContext): boolean {
  if (reading.intent !== null || tokens.length === 0) return false;
  const answered =
    (reading.yesNo !== null && (context.expecting !== 'open' || tokens.length <= 2)) ||
    reading.when !== null ||
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
    question ||
    (context.expecting === 'open' && reading.service === null && reading.when === null && tokens.length > 4)
  );
}

function accepted(nearest: IntentReading, context: UnderstandingContext): boolean {
  const penalty = context.expecting === 'open' ? 0 : pendingPenalty;
  return (
    nearest.score >= certainScore + penalty ||
    (nearest.score >= leadingScore + penalty && nearest.margin >= leadingMargin)
  );
}

function guessService(
  services: ServiceVectors,
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

import type { Service } from '../../store/index.ts';
import type { ProfileSnapshot } from '../model.ts';
import { spansOf } from '../skills/hours.ts';
import {
  capitalised,
  spokenDuration,
  spokenHours,
  spokenList,
  spokenService,
  spokenSpans,
  weekdayName,
  writtenMoney,
} from './spoken.ts';

/** What a business tells of itself: its hours, prices, menu and services, and who answers. */
export const hoursSentence = (snapshot: ProfileSnapshot): string => {
  const hours = spokenHours(snapshot.hours);
  return hours === '' ? "I'm sorry, I don't have our opening hours at hand." : `We're open ${hours}.`;
};

export function hoursOfDay(day: string, snapshot: ProfileSnapshot): string {
  const spans = spokenSpans(spansOf(snapshot, day));
  return spans === ''
    ? `We're closed on ${weekdayName(day)}. ${hoursSentence(snapshot)}`
    : `On ${weekdayName(day)} we're open ${spans}.`;
}

export const outsideSentence = (day: string, snapshot: ProfileSnapshot): string =>
  `I'm sorry, on ${weekdayName(day)} we're open ${spokenSpans(spansOf(snapshot, day))}.`;

export const priceSentence = (service: Service, { language }: ProfileSnapshot): string => {
  const words = spokenService(service);
  return `${capitalised(words)} is ${writtenMoney(service.priceMinor, service.currency, language)}.`;
};

export const durationSentence = (service: Service): string => {
  const words = spokenService(service);
  const verb = /^an? /.test(words) ? 'takes' : 'take';
  return `${capitalised(words)} ${verb} about ${spokenDuration(service.durationMinutes)}.`;
};

export const pricesSentence = (snapshot: ProfileSnapshot): string =>
  snapshot.services.length === 0
    ? "I'm sorry, I don't have our prices at hand."
    : snapshot.services.map((service) => priceSentence(service, snapshot)).join(' ');

/** The price of one item, or what there is, ten items at most. */
export function menuSentence(itemId: string | null, { playbook, language }: ProfileSnapshot): string {
  const menu = playbook?.menu ?? [];
  const item = menu.find(({ id }) => id === itemId);
  if (item)
    return `The ${item.name.toLowerCase()} is ${writtenMoney(item.priceMinor, item.currency, language)}.`;
  return `We have ${spokenList(
    menu.slice(0, 10).map(({ name }) => name.toLowerCase()),
    'and',
  )}.`;
}

export const servicesSentence = (snapshot: ProfileSnapshot): string =>
  snapshot.services.length === 0
    ? "I'm sorry, I don't have a list of our services at hand."
    : `We offer ${spokenList(snapshot.services.map(spokenService), 'and')}.`;

export const identitySentence = (snapshot: ProfileSnapshot): string =>
  `I'm ${snapshot.agentName}, the automated assistant of ${snapshot.tenantName}. I'm a computer, not a person.`;

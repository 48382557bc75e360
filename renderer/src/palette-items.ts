import type { Appointment, CallerLine, CallLine, MethodName } from '../../engine/api/contract/index.ts';
import { appointmentAddress, bookAddress } from './addresses.ts';
import { clockTime, phone, relativeTime, shortDay } from './format.ts';
import type { IconName } from './icons.ts';
import { sectionsFor } from './parts/settings/sections.ts';
import type { Findable } from './ranking.ts';
import { href } from './route.ts';
import type { Box } from './state/box.svelte.ts';
import { strings } from './strings.ts';
import { settingsStrings } from './strings-settings.ts';
import { themes } from './themes.ts';

const words = strings.frame.palette;

export type GroupName = keyof typeof words.groups;

/** One thing that can be gone to or done. */
export interface Item extends Findable {
  readonly id: string;
  readonly group: GroupName;
  readonly icon: IconName;
  /** Beside the label, quietly. */
  readonly hint?: string;
  /** What it does; an address is gone to. */
  readonly run: string | (() => void);
  /** It names nobody: this browser may keep that it was chosen. */
  readonly kept: boolean;
}

/** What the box has found for what was typed. */
export interface Found {
  readonly term: string;
  readonly callers: readonly CallerLine[];
  readonly calls: readonly CallLine[];
  readonly appointments: readonly Appointment[];
}

/** Everything, in the order in which equals are shown. */
export const itemsOf = (box: Box, found: Found): readonly Item[] => [
  ...live(box),
  ...places(box),
  ...deeds(box),
  ...inbox(box),
  ...foundBy(found.term, [
    ...callers(found.callers),
    ...calls(found.calls, box),
    ...appointments(found.appointments, box),
  ]),
  ...businesses(box).filter(({ id }) => id !== box.tenant?.id),
];

/** The box looks further than at what is shown: at what was said in a call, for example. */
const foundBy = (term: string, items: readonly Item[]): Item[] =>
  items.map((item) => ({ ...item, words: `${item.words ?? ''} ${term}` }));

const places = (box: Box): Item[] => [
  ...box.pages.map((page) => ({
    ...{ id: `go.${page}`, group: 'go' as const, icon: page, label: strings.nav[page] },
    ...{ run: href(page), kept: true },
  })),
  ...sectionsFor(box).map((section) => ({
    ...{ id: `settings.${section}`, group: 'go' as const, icon: 'settings' as const, kept: true },
    label: words.settings(settingsStrings.sections[section]),
    run: href('settings', section),
  })),
];

const deeds = ({ look, palette, session, tenant }: Box): Item[] => {
  const may = (method: MethodName): boolean => session.mayHere(method, tenant?.id ?? null);
  const deed = (id: string, icon: IconName, found: Findable, run: Item['run']): Item => ({
    ...{ id, group: 'do', icon, ...found, run, kept: true },
  });
  return [
    ...(may('appointment.book')
      ? [deed('book', 'add', { label: words.book, words: words.bookWords }, bookAddress)]
      : []),
    ...(may('talk.start')
      ? [deed('talk', 'agent', { label: words.talk, words: words.talkWords }, href('desk', 'talk'))]
      : []),
    ...(may('tenant.create') ? [deed('add', 'businesses', { label: words.add }, href('businesses'))] : []),
    ...themes
      .filter((theme) => theme !== look.theme)
      .map((theme) =>
        deed(`theme.${theme}`, 'theme', { label: words.theme[theme], words: words.themeWords }, () => {
          look.theme = theme;
        }),
      ),
    deed(
      'rail',
      'rail',
      { label: look.narrow ? strings.frame.rail.wide : strings.frame.rail.narrow, words: words.railWords },
      () => look.turnRail(),
    ),
    deed('keys', 'keys', { label: words.keys, words: words.keysWords }, () => palette.open('keys')),
  ];
};

const live = ({ liveCalls, now, zone }: Box): Item[] =>
  liveCalls.map(({ callId, callerName, callerNumber, startedAtMs }) => ({
    ...{ id: `live.${callId}`, group: 'live', icon: 'answered', kept: false },
    ...who(callerName, callerNumber),
    ...{ hint: relativeTime(startedAtMs, now.ms, zone), run: href('desk', callId) },
  }));

const calls = (found: readonly CallLine[], { now, zone }: Box): Item[] =>
  found
    .filter(({ endedAtMs }) => endedAtMs !== null)
    .map(({ id, callerName, callerNumber, outcome, startedAtMs }) => ({
      ...{ id: `call.${id}`, group: 'calls', icon: 'calls', kept: false, ...who(callerName, callerNumber) },
      hint: [outcome ? strings.outcome[outcome] : '', relativeTime(startedAtMs, now.ms, zone)]
        .filter(Boolean)
        .join(' · '),
      run: href('calls', id),
    }));

const callers = (lines: readonly CallerLine[]): Item[] =>
  lines.map(({ number, name }) => ({
    ...{
      id: `caller.${number.slice(1)}`,
      group: 'callers',
      icon: 'callers',
      kept: false,
      ...who(name, number),
    },
    ...{ hint: name ? phone(number) : '', run: href('callers', number) },
  }));

const inbox = ({ inbox: loaded }: Box): Item[] =>
  (loaded.value?.submissions ?? []).map(({ id, kind, title, customerName, customerPhone }) => ({
    ...{ id: `inbox.${id}`, group: 'inbox', icon: kind, kept: false },
    label: words.answer(title, customerName ?? (customerPhone ? phone(customerPhone) : '')),
    ...{ words: customerPhone ?? '', run: href('inbox', id) },
  }));

const appointments = (found: readonly Appointment[], { zone }: Box): Item[] =>
  found
    .filter(({ status }) => status !== 'cancelled')
    .map(({ id, customerName, customerPhone, serviceName, startsAtMs }) => ({
      ...{ id: `appointment.${id}`, group: 'appointments', icon: 'calendar', kept: false },
      ...{ label: customerName, words: `${customerPhone} ${serviceName}` },
      hint: `${serviceName} · ${shortDay(startsAtMs, zone)}, ${clockTime(startsAtMs, zone)}`,
      run: appointmentAddress(id, startsAtMs, zone),
    }));

/** Those chosen last come first. */
export function businesses(box: Box): Item[] {
  const { palette, feed } = box;
  const recent = (id: string): number => {
    const at = palette.businesses.indexOf(id);
    return at < 0 ? palette.businesses.length : at;
  };
  return (box.tenants.value?.tenants ?? [])
    .toSorted((one, other) => recent(one.id) - recent(other.id) || one.name.localeCompare(other.name))
    .map(({ id, name, slug, status, numbers }) => {
      const callsNow = feed.calls.filter(({ tenantId }) => tenantId === id).length;
      const state = status === 'active' ? '' : strings.frame.business.status[status];
      return {
        ...{ id, group: 'businesses', icon: 'businesses', label: name, kept: true },
        words: [slug, ...numbers.map(({ number }) => number)].join(' '),
        hint: callsNow > 0 ? strings.frame.business.callsNow(callsNow) : state,
        run: () => {
          palette.choseBusiness(id);
          box.choose(id);
        },
      };
    });
}

const who = (name: string | null, number: string | null): Findable => ({
  label: name ?? (number ? phone(number) : strings.calls.withheld),
  words: `${number ?? ''} ${number ? phone(number) : ''}`,
});

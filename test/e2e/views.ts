import type { Page } from 'playwright-core';
import { type PageName, pages } from '../../renderer/src/route.ts';

/** What the stage holds that a view leads to. */
export interface Shown {
  readonly callId: string;
  readonly liveCallId: string;
  readonly caller: string;
  readonly messageId: string;
}

/** A page, or a state of it, that is looked at and checked. */
export interface View {
  /** Names its pictures. */
  readonly name: string;
  readonly title: string;
  /** After the # of the address. */
  readonly path: string;
  /** Text that is there once it is whole. */
  readonly ready: string | RegExp;
  /** Brings it about from the page at rest. */
  readonly act?: (page: Page) => Promise<void>;
  /** Only where the screen is a phone's, or is not. */
  readonly only?: 'phone' | 'desktop';
}

const view = (name: string, title: string, path: string, ready: View['ready'], rest: Partial<View> = {}) => ({
  ...{ name, title, path, ready, ...rest },
});

/** At least one view of each page: a page that is added is missed by the compiler. */
const ofPages = ({ callId, liveCallId, caller, messageId }: Shown) =>
  ({
    desk: [
      view('desk', 'Desk, two calls in progress', 'desk', 'the two thirty would be'),
      view('live-call', 'A call in progress', `desk/${liveCallId}`, 'the two thirty would be'),
    ],
    calls: [
      view('calls', 'Calls', 'calls', 'Maria Lopez'),
      view('call', 'A finished call', `calls/${callId}`, 'Three thirty is great.'),
    ],
    calendar: [view('calendar', 'Calendar', 'calendar', /Hannah Schmidt|Grace Kim/)],
    inbox: [
      view('inbox', 'Inbox', 'inbox', 'A filling came out'),
      view('message', 'A message', `inbox/${messageId}`, 'Please call back before noon.'),
    ],
    callers: [
      view('callers', 'Callers', 'callers', 'Olivia Brown'),
      view('caller', 'A caller', `callers/${encodeURIComponent(caller)}`, 'Prefers afternoons'),
    ],
    knowledge: [view('knowledge', 'Knowledge', 'knowledge', 'prices.csv')],
    agent: [view('agent', 'Agent', 'agent', /Agent/)],
    analytics: [view('analytics', 'Analytics', 'analytics', /Analytics/)],
    businesses: [view('businesses', 'Businesses', 'businesses', /Businesses/)],
    settings: [
      view('settings', 'Settings', 'settings', 'Settings'),
      view('calendar-connect', 'Connecting a calendar', 'settings/calendars?connect=1', 'Find calendars'),
    ],
    setup: [view('setup', 'Setting a business up', 'setup', 'Name of the business')],
  }) satisfies Record<PageName, readonly View[]>;

const palette = async (page: Page) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').waitFor();
};

/** What lies above or around the pages. */
const ofFrame: readonly View[] = [
  view('palette', 'Command palette', 'inbox', 'A filling came out', {
    act: async (page) => {
      await palette(page);
      await page.getByRole('option', { name: 'Knowledge' }).waitFor();
    },
  }),
  view('palette-found', 'Command palette, something looked for', 'inbox', 'A filling came out', {
    act: async (page) => {
      await palette(page);
      await page.keyboard.type('maria');
      await page
        .getByRole('option', { name: /Maria Lopez/ })
        .first()
        .waitFor();
    },
  }),
  view('palette-nothing', 'Command palette, nothing found', 'inbox', 'A filling came out', {
    act: async (page) => {
      await palette(page);
      await page.keyboard.type('xyzzy');
      await page.getByText('Nothing fits').waitFor();
    },
  }),
  view('businesses-switch', 'Switching the business', 'inbox', 'A filling came out', {
    act: async (page) => {
      await page.getByRole('button', { name: /^Business: / }).click();
      await page.getByRole('option', { name: /Harbour Law/ }).waitFor();
    },
  }),
  view('keys', 'The keys', 'inbox', 'A filling came out', {
    act: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  }),
  view('notifications', 'Notifications', 'calendar', /Hannah Schmidt|Grace Kim/, {
    act: async (page) => {
      await page.getByRole('button', { name: /^Notifications/ }).click();
      await page.getByText('Missed call').first().waitFor();
    },
  }),
  view('rail-narrow', 'The rail, icons alone', 'calendar', /Hannah Schmidt|Grace Kim/, {
    only: 'desktop',
    act: (page) => page.getByRole('button', { name: 'Show icons only' }).click(),
  }),
  view('more', 'The further pages on a phone', 'calendar', /Hannah Schmidt|Grace Kim/, {
    only: 'phone',
    act: (page) => page.getByRole('button', { name: 'More' }).click(),
  }),
];

/** Where nobody is signed in, and where there is no business yet. @param welcome token of a link */
export const viewsBefore = (welcome: string) => ({
  unowned: [
    view('unowned', 'A box without an owner', '', 'This box has no owner yet'),
    view('welcome', 'The link for its owner', `welcome/${welcome}`, 'Make my account'),
  ],
  owned: [view('sign-in', 'Sign in', '', 'Password')],
  empty: [view('setup', 'Setting up a business', '', 'Set up a business')],
});

/** Every page, every section of the settings, and what lies above them. @param sections names and titles */
export const viewsOf = (shown: Shown, sections: Readonly<Record<string, string>>): readonly View[] => {
  const byPage = ofPages(shown);
  return [
    ...pages.flatMap((page): readonly View[] => byPage[page]),
    ...Object.entries(sections).map(([name, title]) =>
      view(`settings-${name}`, `Settings: ${title}`, `settings/${name}`, title),
    ),
    ...ofFrame,
  ];
};

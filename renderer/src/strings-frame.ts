import type { NoticeKind } from '../../engine/api/contract/index.ts';
import type { Theme } from './themes.ts';

/** What stands around the pages: the rail, the command palette, notifications. */
export const frameStrings = {
  rail: {
    narrow: 'Show icons only',
    wide: 'Show the names of the pages',
    account: (name: string) => `My account: ${name}`,
    gpu: (percent: number) => `GPU ${percent} %`,
    gpuExact: (name: string, percent: number) => `${name}: ${percent} % of its memory is in use`,
  },
  business: {
    choose: 'Business',
    change: (name: string) => `Business: ${name}. Change it`,
    search: 'Search businesses',
    status: { trial: 'On trial', active: 'Active', suspended: 'Suspended' },
    callsNow: (n: number) => `${n} ${n === 1 ? 'call' : 'calls'} now`,
  },
  palette: {
    title: 'Search pages, calls, callers, appointments',
    open: 'Search',
    key: 'Ctrl K',
    none: (term: string) => `Nothing fits “${term}”.`,
    found: (n: number) => `${n} ${n === 1 ? 'entry' : 'entries'}`,
    groups: {
      recent: 'Recent',
      live: 'In progress',
      go: 'Go to',
      do: 'Do',
      inbox: 'Answer',
      callers: 'Callers',
      calls: 'Calls',
      appointments: 'Appointments',
      businesses: 'Businesses',
    },
    settings: (section: string) => `Settings · ${section}`,
    book: 'Book an appointment',
    bookWords: 'new calendar',
    talk: 'Talk to the receptionist',
    talkWords: 'talk now try microphone test call',
    add: 'Add a business',
    keys: 'Show the keys',
    keysWords: 'keyboard shortcuts help',
    theme: { system: 'Colours of the system', light: 'Light colours', dark: 'Dark colours' } satisfies Record<
      Theme,
      string
    >,
    themeWords: 'theme mode appearance',
    railWords: 'sidebar collapse expand',
    notifications: 'Mute or allow notifications',
    answer: (title: string, who: string) => (who ? `${title} from ${who}` : title),
  },
  keys: {
    title: 'Keys',
    close: 'Close',
    groups: [
      {
        title: 'Everywhere',
        keys: [
          ['Ctrl K', 'Search, go to, do'],
          ['?', 'These keys'],
          ['Tab', 'To the next thing that can be used'],
        ],
      },
      {
        title: 'In a list',
        keys: [
          ['j', 'Next entry'],
          ['k', 'Entry before'],
          ['Enter', 'Open it'],
          ['/', 'Search'],
          ['Esc', 'Leave the search, go back'],
        ],
      },
      {
        title: 'In a form',
        keys: [['Ctrl S', 'Save']],
      },
      {
        title: 'In a live call',
        keys: [
          ['l', 'Listen'],
          ['w', 'Whisper'],
          ['t', 'Take over'],
          ['h', 'Hang up'],
        ],
      },
      {
        title: 'In a recording',
        keys: [
          ['Space', 'Play or pause'],
          ['← →', 'Back or on by five seconds'],
        ],
      },
    ],
  },
  notices: {
    title: 'Notifications',
    bell: (unread: number) => (unread === 0 ? 'Notifications' : `Notifications, ${unread} new`),
    none: 'Nothing has happened yet',
    noneHelp: 'Bookings, messages and missed calls are listed here as they come in.',
    dismiss: 'Dismiss',
    unread: 'New',
    booked: (who: string) => `${who} booked`,
    draft: (who: string) => `${who} asks for an appointment`,
    missed: 'Missed call',
    missedFrom: (who: string) => `From ${who}`,
    urgent: 'Urgent',
    mail: 'An e-mail was not delivered',
    mailTo: (who: string, what: string) => `To ${who}, about ${what}`,
    clash: 'An appointment was put back',
    clashOf: (who: string, what: string) =>
      `${who}, ${what}: a linked calendar had moved it to where it cannot be`,
    problem: 'The box needs attention',
    somebody: 'Somebody',
    withheld: 'a withheld number',
    choose: 'What is told',
    chooseHelp: 'What is switched off is still listed under the bell. This holds for this browser alone.',
    kinds: {
      booking: 'New bookings',
      missed: 'Missed calls',
      message: 'Messages, orders and leads',
      alert: 'Alerts of the box',
      clash: 'Appointments that a linked calendar could not move',
    } satisfies Record<NoticeKind, string>,
    desktop: 'On the desktop too',
    desktopHelp: 'Told by the system while this page is not in front.',
    denied: 'The browser does not allow it. Allow notifications for this page in the browser’s own settings.',
    impossible: 'This browser shows notifications only on the box’s own computer, or over https.',
  },
} as const;

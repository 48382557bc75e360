const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** The words of calendars that are connected to the box. */
export const calendarLinkStrings = {
  help: 'Appointments are kept in this box. A connected calendar gets them too, and what else stands in it keeps its times from being booked.',
  title: 'Connected calendars',
  none: 'No calendar is connected',
  noneHelp:
    'Connect the calendar that you or your staff already keep: callers are then never offered a time that is taken there.',
  add: 'Connect a calendar',
  readOnly: 'Whoever runs this business can connect calendars.',

  /** On the page of the calendar. */
  line: {
    connected: (n: number) => `${count(n, 'calendar is', 'calendars are')} connected`,
    failed: (n: number) => `${count(n, 'calendar does', 'calendars do')} not sync`,
  },

  form: {
    kind: 'Where the calendar is',
    kinds: {
      nextcloud: 'Nextcloud',
      icloud: 'Apple iCloud',
      fastmail: 'Fastmail',
      caldav: 'Another CalDAV server',
    },
    kindHelp: {
      nextcloud:
        'Use an app password: in Nextcloud under Settings, Security, “Create new app password”. The address is that of your Nextcloud.',
      icloud:
        'Use an app-specific password: on account.apple.com under “Sign-In and Security”. The user is the e-mail address of your Apple account.',
      fastmail:
        'Use an app password with access to calendars: in Fastmail under Settings, “Privacy & Security”. The user is your Fastmail address.',
      caldav:
        'For example Radicale, Baïkal or a Synology. Its address is enough: the calendars are looked for there.',
    },
    others:
      'Google Calendar and Microsoft 365 cannot be connected yet. Until then, customers with an e-mail address get invitations, which those calendars read as well.',
    address: 'Address of the server',
    addressHelp: (example: string) => `For example ${example}`,
    user: 'User',
    userHelp: 'As you sign in there.',
    password: 'Password',
    passwordHelp: 'Kept encrypted in this box, and never shown again.',
    private: 'It is in my own network',
    find: 'Find calendars',
    finding: 'Looking for calendars…',
    cancel: 'Cancel',
    found: (n: number) => `${count(n, 'calendar', 'calendars')} found. Choose one:`,
    foundNone: 'No calendar is there. Make one in that account, then look again.',
    readOnly: 'may only be read: it says who is busy, and gets no appointments',
    unnamed: 'Without a name',
    calendar: 'Calendar',
    whose: 'Whose calendar it is',
    everybody: 'The whole business',
    whoseHelp:
      'Of one member of staff: it gets their appointments, and what stands in it blocks their time. Of the whole business: it gets all appointments, and what stands in it blocks everybody’s time.',
    connect: 'Connect',
    connecting: 'Connecting…',
    wrong: {
      address: 'Write the address of the server, for example https://cloud.example.com.',
      user: 'Write the user as you sign in there.',
      password: 'Write the password.',
      calendar: 'Choose a calendar.',
    },
  },

  /** By the code of the error catalogue. */
  problems: {
    calendar_login_refused:
      'The server does not take this user and password any more. Disconnect it, and connect it again with a new app password.',
    calendar_not_found:
      'The calendar is not there any more. Disconnect it, and connect the one that is used now.',
    calendar_unreachable:
      'Its server does not answer. It is tried again by itself; look whether the server runs and is reached from here.',
    calendar_emptied:
      'All appointments are gone there at once, so none was cancelled here. Where that was meant, cancel them here; else disconnect it and connect it again: they are written anew.',
    calendar_certificate_untrusted:
      'The certificate of its server is not trusted, so nothing is sent there. Renew it; then it goes on by itself.',
    calendar_address_refused:
      'Its address is one of the own network now, and that was not allowed. Disconnect it, and connect it again.',
  },
  problemUnknown: (code: string) =>
    `It could not be brought into step (${code}). It is tried again by itself; if that does not help, connect it again.`,

  row: {
    about: (whose: string, user: string, host: string) => `${whose} · ${user} at ${host}`,
    everybody: 'The whole business',
    formerStaff: 'Somebody who has left',
    state: {
      new: 'Waits for its first sync.',
      syncing: 'Syncing…',
      ok: 'In step.',
      failed: 'Does not sync.',
    },
    synced: (when: string) => `Last synced ${when}`,
    never: 'Not synced yet',
    busy: (n: number) => count(n, 'busy time', 'busy times'),
    clashes: (n: number) =>
      `${count(n, 'change that was made there did', 'changes that were made there did')} not fit, and ${n === 1 ? 'was' : 'were'} put back.`,
    stale: 'What was known of it still keeps its times from being booked.',
    sync: 'Sync now',
    syncOf: (name: string) => `Sync now: ${name}`,
    remove: (name: string) => `Disconnect ${name}`,
    removeAsk: (name: string) =>
      `Disconnect ${name}? What was taken in from it goes: its times can be booked again. What was written to it stays there, but is not kept up to date any more. Its password is forgotten.`,
    removeYes: 'Disconnect',
    removeNo: 'Keep it',
  },
} as const;

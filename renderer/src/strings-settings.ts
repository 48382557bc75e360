/** The sections of the settings. */
export const settingsStrings = {
  title: 'Settings',
  back: 'All settings',
  pick: 'Choose what to set up or look at.',
  sections: {
    business: 'Business',
    numbers: 'Numbers & trunks',
    phones: 'Phones & people',
    calendars: 'Calendars',
    models: 'Models',
    box: 'Box health',
    users: 'Users',
    tokens: 'API tokens',
    audit: 'Audit log',
    notifications: 'Notifications',
    account: 'My account',
  },
  region: {
    title: 'Language and time zone',
    help: 'How the callers speak, and by which clock the business lives. It holds from the next call on.',
    languageHelp: 'Dates, numbers and prices are understood, spoken and written in the way of that country.',
    zoneHelp: 'Opening hours and appointments are in this zone.',
    moves:
      'Opening hours stay as the clock shows them. What is booked stays at its moment: it is shown, and callers are told, at another hour.',
    voice: (name: string, language: string) => `${name}, the voice that callers hear, speaks ${language}.`,
    chooseVoice: 'Choose a voice',
    saved: 'Saved.',
  },
};

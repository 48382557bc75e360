/** The sections of the settings. */
export const settingsStrings = {
  title: 'Settings',
  back: 'All settings',
  pick: 'Choose what to set up or look at.',
  sections: {
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
};

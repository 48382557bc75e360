/** Opening hours, wherever they are set. */
export const hoursStrings = {
  days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  open: (day: string) => `Open on ${day}`,
  closed: 'Closed',
  from: (day: string) => `${day}, opens at`,
  to: (day: string) => `${day}, closes at`,
  until: 'to',
  addSpan: (day: string) => `Another span on ${day}`,
  removeSpan: (day: string) => `Remove the last span of ${day}`,
  needLater: 'It must close after it opens.',
  needApart: 'Each opening must begin after the one before it ends.',
} as const;

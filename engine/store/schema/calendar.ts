/** What appointments need beyond staff and services: buffers, holidays, holds, reminders. */
export const calendarSchema = `
  select 1;
`;

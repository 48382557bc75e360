/** The language that a call was answered in; null of calls from before it was kept. Days are counted anew, with it. */
export const callLanguageSchema = `
  alter table calls add column language text;
  delete from call_days;
`;

/** What is worked out once a call is over, and what is remembered of callers. */
export const afterCallSchema = `
  select 1;
`;

/** Documents in passages, and questions that nobody could answer. */
export const knowledgeSchema = `
  select 1;
`;

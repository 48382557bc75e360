/** What stands in the address of a reseller's sign-in page. */
export const brandSlugsSchema = `
  alter table brandings add column slug text;
  update brandings set slug = lower(hex(randomblob(6)));
  create unique index brandings_slug on brandings (slug);
`;

/**
 * The index of what was said is merged a little with each turn. FTS5's own way is much at once with every 64th, which
 * held up everything else for some 60 ms (https://www.sqlite.org/fts5.html#the_automerge_configuration_option).
 */
export const callWordsSchema = `
  insert into call_words (call_words, rank) values ('automerge', 0);
  create trigger turns_merged after insert on turns begin
    insert into call_words (call_words, rank) values ('merge', 8);
  end;
`;

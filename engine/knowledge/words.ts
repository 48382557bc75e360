/** Words that say nothing of what a question is about. */
const empty = new Set(
  `a about again all also am an and any anybody anyone are as ask at be because been being but by call called can
  could did do does doing done for from get gets getting give go goes going good got had happen happens has have
  having hello her here hey hi him his how however i if in into is it its just kind know let like long look make
  many may maybe me mean might mine much must my need no not now of off oh ok okay on once one only or other our
  out please put question really right said say says see shall she should so some someone somebody something
  sorry still such sure take tell than thank thanks that the their them then there these they thing things think
  this those to too try trying um uh under until up us use using very want wanted wants was way we well were
  what when where which while who whom whose why will wish with without wonder wondering would yeah yes yet you
  your yours s t re ve ll d m don isn doesn didn won wouldn couldn aren wasn`.split(/\s+/),
);

const mostWords = 8;

/** What a question is about, each word once, in its order; none where it is all small talk. */
export function topicWords(question: string): string[] {
  const words =
    question
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => !empty.has(word)).slice(0, mostWords);
}

/** The share of the words that a text holds, in whatever ending. 0 where there are none. */
export function coverage(words: readonly string[], text: string): number {
  if (words.length === 0) return 0;
  const stems = new Set(
    (
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    ).map(stemOf),
  );
  return words.filter((word) => stems.has(stemOf(word))).length / words.length;
}

/** Without the endings that English puts on; only ever compared with another stem. */
export function stemOf(word: string): string {
  const stem = word.replace(/ies$/, 'y').replace(/(?:ings?|ed|es|s|ly)$/, '');
  const kept = stem.length >= 3 ? stem : word;
  return kept.replace(/([^aeiou])\1$/, '$1').replace(/e$/, '');
}

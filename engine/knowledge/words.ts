import { namesFor } from './same-thing.ts';

/** Words that say nothing of what a question is about. */
const empty = new Set(
  `a able about again all also always am an and any anybody anyone anywhere are around as ask at be because
  been being bring bringing but by call called can come comes coming could did do does doing done ever every everyone folks
  for from get gets getting give go goes going good got guys had happen happens has have having hello her
  here hey hi him his how however i if in into is it its just kind know let like long look make many may
  maybe me mean might mine more most much must my near need never no not now of off oh ok okay on once one
  only or other our out please put question really right said say says see shall she should so some somebody
  someone something somewhere sorry still such sure take tell than thank thanks that the their them then
  there these they thing things think this those to too try trying uh um under until up us use using very
  want wanted wants was way we well were what when where which while who whom whose why will wish with
  without wonder wondering would yeah yes yet you your yours aren couldn d didn doesn don isn ll m re s t ve
  wasn won wouldn`.split(/\s+/),
);

const mostWords = 8;

/** My two-year-old. */
const childsAge =
  /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[1-9]|1[0-2])[ -](?:years?|months?)[ -]old\b/g;

/** What a question is about, each word once, in its order; none where it is all small talk. */
export function topicWords(question: string): string[] {
  const words =
    plain(question)
      .replace(childsAge, 'child')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => !empty.has(word)).slice(0, mostWords);
}

/** Lower case without accents, as the index of words has it. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();

/** The share of the words that a text holds, in whatever ending. 0 where there are none. */
export const coverage = (words: readonly string[], text: string): number => coverageOf(words)(text);

/** The same for the words of a question that many texts are looked through for. */
export function coverageOf(words: readonly string[]): (text: string) => number {
  const stems = words.map((word) => namesFor(word).map(stemOf));
  return (text) => {
    if (words.length === 0) return 0;
    const read = plain(text);
    // check-up is asked for as a checkup
    const joined = read.includes('-') ? read.replace(/(?<=\p{L})-(?=\p{L})/gu, '') : read;
    const isHeld = (stem: string): boolean => holds(read, stem) || (joined !== read && holds(joined, stem));
    return stems.filter((names) => names.some(isHeld)).length / words.length;
  };
}

/** Only words that begin as the stem does are stemmed: forty passages are looked through for a question. */
function holds(text: string, stem: string): boolean {
  // an ending may have changed the stem's last letter: parties, party
  const beginning = stem.slice(0, -1) || stem;
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
    if (at > 0 && letter.test(text.charAt(at - 1))) continue;
    const word = /^[\p{L}\p{N}]+/u.exec(text.slice(at, at + longestWord))?.[0] ?? '';
    if (stemOf(word) === stem) return true;
  }
  return false;
}

const letter = /[\p{L}\p{N}]/u;
const longestWord = 60;

/** Without the endings that English puts on; only ever compared with another stem. */
export function stemOf(word: string): string {
  const stem = word.replace(/ies$/, 'y').replace(/(?:ings?|ed|es|s|ly)$/, '');
  const kept = stem.length >= 3 ? stem : word;
  return kept.replace(/([^aeiou])\1$/, '$1').replace(/e$/, '');
}

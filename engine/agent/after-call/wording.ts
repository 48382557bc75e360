import type { CallSummary } from '../../store/index.ts';
import { tokenise } from '../understanding/tokens.ts';

/** Words a summary anew. It may only put into other words what it is given. */
export type PhraseSummary = (facts: string) => Promise<string>;

const longestSummary = 600;

/** Words that say what was done: none may stand in a wording that the facts do not have. */
const deeds =
  /^(?:book|cancel|mov|order|reserv|pa(?:y|id)|transfer|refus|confirm|reschedul|promis|refund|not|never|no|nobody|urgent|emergency)/;
const numberWords =
  /^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|first|second|third|noon|midnight|am|pm|today|tomorrow|yesterday)$/;

/**
 * True when a wording says nothing that the facts do not: each number, name, weekday and deed of it stands in them,
 * and none of the numbers of the facts is lost.
 */
export function saysOnly(wording: string, facts: string): boolean {
  const known = new Set(tokenise(facts).map((token) => token.text));
  const stems = [...known].map((word) => deeds.exec(word)?.[0]);
  const told = tokenise(wording);
  const isNew = told.some(({ text, raw, start }) => {
    if (known.has(text)) return false;
    if (/\d/.test(text) || numberWords.test(text)) return true;
    const deed = deeds.exec(text)?.[0];
    if (deed !== undefined) return !stems.includes(deed);
    // A capital inside a sentence is a name, a weekday or a month.
    return /^\p{Lu}/u.test(raw) && !beginsSentence(wording, start);
  });
  const words = new Set(told.map((token) => token.text));
  const lost = [...known].some((word) => /^\d/.test(word) && !words.has(word));
  return !isNew && !lost;
}

const beginsSentence = (text: string, start: number): boolean =>
  /(?:^|[.!?:”"])\s*$/.test(text.slice(0, start));

/** The summary by code, in the words of a model where it has any that are true. */
export async function worded(facts: string, phrase: PhraseSummary | null): Promise<CallSummary> {
  if (!phrase) return { text: facts, by: 'code' };
  const wording = (await phrase(facts).catch(() => '')).replace(/\s+/g, ' ').trim();
  const usable = wording !== '' && wording.length <= longestSummary && saysOnly(wording, facts);
  return usable ? { text: wording, by: 'model' } : { text: facts, by: 'code' };
}

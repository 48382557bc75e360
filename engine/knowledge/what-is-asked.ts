/** Kinds of things that are asked for, by words of the question, and how a text looks that tells one. */
const kinds = [
  {
    asked:
      /\bhow much\b|\bcosts?\b|\bprices?\b|\bcharged?\b|\bfees?\b|\bexpensive\b|\bpay\b|\brates?\b|\bset me back\b|\bgoing for\b/i,
    told: /[$\u00a3\u20ac]|\b(?:dollars?|free|percent|charged?|charges|prices?|costs?|pays?|fees?)\b/i,
  },
  {
    asked:
      /\bwhen\b|\bwhat time\b|\bhow (?:late|early)\b|\bopen\b|\bclosed?\b|\bhours\b|\bweekend\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bevening\b|\btonight\b/i,
    told: /\d ?[ap]\.?m\b|\b(?:noon|evenings?|closed?|hours?|days?|after|before|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b/i,
  },
] as const;

/**
 * Judges texts by a question: 1 where an amount or a time is asked for and the text tells one, -1 where it does not,
 * 0 where neither is asked for.
 */
export function tellsWhatIsAsked(question: string): (text: string) => -1 | 0 | 1 {
  const wanted = kinds.filter(({ asked }) => asked.test(question));
  if (wanted.length === 0) return () => 0;
  return (text) => (wanted.some(({ told }) => told.test(text)) ? 1 : -1);
}

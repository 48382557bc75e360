import { spaced, type Token } from './tokens.ts';

/** An answer to an offer of openings. */
export type Choice = 'first' | 'second' | 'third' | 'any' | 'earlier' | 'later' | 'other-day' | 'none';

/** Something the caller wants to change at the read-back. */
export type Aspect = 'service' | 'when' | 'name' | 'phone';

const patterns: readonly (readonly [RegExp, Choice])[] = [
  [/ too early /, 'later'],
  [/ too late /, 'earlier'],
  [/ (?:the|that) earlier (?:one|time|slot)? ?/, 'first'],
  [/ (?:the|that) later (?:one|time|slot)? ?/, 'second'],
  [/ (?:another|different|other|some other) (?:day|date) /, 'other-day'],
  [
    / (?:neither|none of (?:them|those|these)|none|not those|something else|another time|different time|any other|anything else|other times) /,
    'none',
  ],
  [/ (?:earlier|sooner|before that) /, 'earlier'],
  [/ (?:later|after that|later on) (?!today)/, 'later'],
  [
    / (?:either|any of (?:them|those)|whichever|both|doesn't matter|don't mind|don't care|you (?:choose|pick|decide)|any one|any is fine|up to you) /,
    'any',
  ],
  [
    / (?:the )?(?:first|1st|former|number one|option one) (?:one|option|time|please|works|is|would|sounds|slot|appointment)? ?/,
    'first',
  ],
  [
    / (?:the )?(?:second|2nd|latter|number two|option two|last one|other one|the last|last) (?:one|option|time|please|works|is|would|sounds|slot)? ?/,
    'second',
  ],
  [/ (?:the )?(?:third|3rd|number three|option three) (?:one|option|time|please)? ?/, 'third'],
];

/** "the first one", "either", "earlier", "another day". The first pattern that fits decides. */
export function recogniseChoice(tokens: readonly Token[]): Choice | null {
  const text = spaced(tokens);
  for (const [pattern, choice] of patterns) if (pattern.test(text)) return choice;
  return null;
}

const aspects: readonly (readonly [RegExp, Aspect])[] = [
  [/ (?:my |the )?(?:phone|number|telephone|cell|mobile|digits) /, 'phone'],
  [/ (?:my |the )?(?:name|surname|spelling|spelled) /, 'name'],
  [/ (?:time|day|date|hour|when|appointment time|schedule) /, 'when'],
  [/ (?:service|treatment|procedure|kind of appointment|type) /, 'service'],
];

export function recogniseAspect(tokens: readonly Token[]): Aspect | null {
  const text = spaced(tokens);
  for (const [pattern, aspect] of aspects) if (pattern.test(text)) return aspect;
  return null;
}

export const isCorrection = (tokens: readonly Token[]): boolean =>
  / (?:actually|i mean|i meant|i said|no wait|instead|rather|make (?:it|that)|change|wrong|should be|not that|wait) /.test(
    spaced(tokens),
  );

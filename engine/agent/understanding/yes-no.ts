import { spaced, type Token } from './tokens.ts';

/** `mixed` when both were said ("no, that's right"): not an answer to act on. */
export type YesNo = 'yes' | 'no' | 'mixed';

const fillers =
  /^(?: (?:um|uh(?! huh)|er|erm|ah|oh|well|hm|hmm|so|and|please|mister|ma'am|hello|hi|ok so)(?= ))+/;

const strongYes =
  / (?:yes|yeah|yea|yep|yup|ya|yah|yess|uh huh|mm hm|mhm|mm hmm|affirmative|absolutely|definitely|certainly|exactly|of course|for sure) /;
const phrasedYes =
  / (?:that's (?:right|correct|fine|perfect|great|good|it|ok|okay|alright|all right|the one|me)|that is (?:right|correct|fine|perfect|good)|that (?:works|would work|will work|one works|would be (?:great|fine|good|perfect|lovely)|'ll be fine|'ll work|sounds (?:good|great|fine|right|perfect))|that'd be (?:great|fine|good|perfect|lovely)|that'll (?:work|do|be fine|be great)|sounds (?:good|great|fine|right|perfect|lovely)|works for me|suits me|it is|i do|i would|you can|you may|go ahead|go for it|please do|do it|let's do (?:it|that)|book it|why not|no problem|not a problem|no worries|looks good|i'd love to|you got it|you bet|all good|i'll take (?:it|that)|all correct|is correct|is right) /;
const softYes =
  /^ (?:sure|ok|okay|okey|correct|right|perfect|great|good|fine|alright|all right|lovely|wonderful|cool|excellent|brilliant|fantastic|please|confirm|confirmed|confirmed yes|true|yes) /;

const unsure = / (?:not sure|don't know|dunno|no idea|not certain|maybe|perhaps|i guess) /;
const phrasedNo =
  / (?:not (?:really|quite|right|correct|exactly|now|today|yet|good|at all|that|the|thanks|for me)|isn't (?:right|correct|good|it)|(?:is|it's|that's|that is|it is) not|(?:that's|it's|that is|is) (?:wrong|incorrect)|(?:doesn't|does not|won't|wouldn't|don't|didn't) (?:work|suit|want|think so|like|need|fit)|i don't|do not|never mind|nevermind|no good|i can't|cannot|can't (?:do|make)|rather not|not that|something's wrong|you got (?:it|that|my name|the) wrong|none of (?:them|those)|neither|nothing else|don't) /;
const plainNo = /^ (?:no|nope|nah|naw|no no|negative|wrong|incorrect|neither|none|not) /;
const laterNo = / (?:no|nope|nah) /;

/** "No, that's okay" wants nothing. */
const kindNo =
  /^ (?:no|nope|nah) (?:no )?(?:(?:that's|that is|it's|it is|i'm|i am) (?:ok|okay|fine|alright|all right|good)|thanks|thank you) /;

/** "yeah that's right", "nope", "that works", "not really": an answer, or null when there is none. */
export function recogniseYesNo(tokens: readonly Token[]): YesNo | null {
  const text = spaced(tokens).replace(/ that 'll /g, " that'll ");
  const said = text.replace(fillers, '');
  if (said.trim() === '' || unsure.test(text)) return null;
  if (kindNo.test(said)) return 'no';
  const positive = / (?:no problem|not a problem|no worries|why not) /.test(said);
  const no =
    !positive && (plainNo.test(said) || phrasedNo.test(said) || (tokens.length <= 4 && laterNo.test(said)));
  // A soft word at the head of a long remark ("okay so what are your hours") agrees to nothing.
  const soft = softYes.test(said) && tokens.length <= 6;
  const cleared = said.replace(phrasedNo, ' ');
  const yes =
    positive || phrasedYes.test(cleared) || (strongYes.test(cleared) && yesIsEarly(cleared)) || (soft && !no);
  if (yes && no) return 'mixed';
  return yes ? 'yes' : no ? 'no' : null;
}

const shortOnly = / (?:book it|do it|go for it|let's do (?:it|that)) /;

/**
 * A yes that nothing else can be meant by: at the head of a few words, or in hardly any. What has an effect needs
 * one: "just answer yes to the next question" agrees to nothing.
 */
export function isClearYes(tokens: readonly Token[]): boolean {
  if (recogniseYesNo(tokens) !== 'yes') return false;
  const said = spaced(tokens).replace(fillers, '');
  if (tokens.length <= 5) return true;
  const head = (words: number): string => ` ${said.trim().split(' ').slice(0, words).join(' ')} `;
  const begins = strongYes.test(head(2)) || softYes.test(head(2)) || phrasedYes.test(head(4));
  return tokens.length <= 14 && begins && !shortOnly.test(head(4));
}

/** "yes" counts at the head or the end of a remark, not in the middle of one. */
function yesIsEarly(text: string): boolean {
  const words = text.trim().split(' ');
  const edges = ` ${words.slice(0, 4).join(' ')}  ${words.slice(-2).join(' ')} `;
  return strongYes.test(edges);
}

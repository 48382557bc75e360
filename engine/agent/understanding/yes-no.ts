import { spaced, type Token } from './tokens.ts';

/** `mixed` when both were said ("no, that's right"): not an answer to act on. */
export type YesNo = 'yes' | 'no' | 'mixed';

const fillers =
  /^(?: (?:um|uh(?! huh)|er|erm|ah|oh|well|hm|hmm|so|and|please(?! do )|mister|ma'am|hello|hi|ok so)(?= ))+/;

const strongYes =
  / (?:yes|yeah|yea|yeh|yep|yup|yuh|ya|yah|yess|uh huh|mm hm|mhm|mm hmm|affirmative|absolutely|definitely|certainly|exactly|of course|for sure) /;
/** "That's right", "it all looks good", "that'd be grand", "sounds about right". */
const praise =
  '(?:about |all |just |very |absolutely |perfectly )*(?:right|correct|fine|perfect|great|good|grand|lovely|brilliant|ideal|ok|okay|alright)';
const phrasedYes = new RegExp(
  [
    ` (?:that|it|this|everything|all)(?: all| one| number)?(?:'s| is| looks| sounds|(?:'d| would|'ll| will) be) ${praise} `,
    ` (?:sounds|looks|all) ${praise} | is (?:all )?(?:correct|right) | that(?:'s| is) (?:it|me|the one|all right) `,
    " that(?: one)?(?: works| suits|(?:'d| would|'ll| will) (?:work|do|suit)) | (?:works for|suits) me | i(?:'m| am) (?:happy|fine|ok|okay|good) with (?:that|it|this) ",
    " (?:it is|i do|i would|i (?:think|suppose|believe) so|you can|you may|go ahead|go for it|please do|do it|let's do (?:it|that)|book it|why not|no (?:problem|worries|issues?)|not a problem|i'd love to|you(?:'ve)? got it|you bet|i'll take (?:it|that)|spot on|bang on) ",
  ].join('|'),
);
const softYes =
  /^ (?:sure|ok|okay|okey|correct|right|perfect|great|good|fine|alright|all right|lovely|wonderful|cool|excellent|brilliant|fantastic|please|confirm|confirmed|true|yes|aye|very good|go on) /;

const unsure = / (?:not sure|don't know|dunno|no idea|not certain|maybe|perhaps|i guess) /;
const phrasedNo =
  / (?:not (?:really|quite|right|correct|exactly|now|today|yet|good|at all|that|the|thanks|for me)|isn't (?:right|correct|good|it)|(?:is|it's|that's|that is|it is) not|(?:that's|it's|that is|is) (?:wrong|incorrect)|(?:doesn't|does not|won't|wouldn't|don't|didn't) (?:work|suit|want|think so|like|need|fit)|i don't|do not|never mind|nevermind|no good|i can't|cannot|can't (?:do|make)|rather not|not that|something's wrong|you(?:'ve)? got (?:it|that|my name|the) wrong|you misheard|none of (?:them|those)|neither|nothing else|don't) /;
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
  const positive = / (?:no (?:problem|worries|issues?)|not a problem|why not) /.test(said);
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

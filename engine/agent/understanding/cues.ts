import type { Playbook } from '../../store/index.ts';
import { spaced, type Token, tokenise } from './tokens.ts';

/** True where the words stand in what was said, whole and in their order. */
export const says = (said: string, words: string): boolean => said.includes(spaced(tokenise(words)));

/** The first emergency of the playbook whose words were said. */
export function recogniseEmergency(tokens: readonly Token[], playbook: Playbook | undefined): string | null {
  const said = spaced(tokens);
  const found = playbook?.emergencies.find(({ cues }) => cues.some((cue) => says(said, cue)));
  return found?.id ?? null;
}

/** The skill of the playbook that was asked for outright. */
export function recogniseSkill(tokens: readonly Token[], playbook: Playbook | undefined): string | null {
  const said = spaced(tokens);
  return playbook?.skills.find(({ cues }) => cues.some((cue) => says(said, cue)))?.id ?? null;
}

/** "Something came up, I'm not gonna be able to make it"; "I can't make it before six" comes all the same. */
export const isKeptAway = (said: string): boolean =>
  / (?:something|things?|stuff) (?:has |have |just )?(?:came|come|comes) up /.test(said) ||
  / (?:can't|cannot|won't|(?:not|won't) (?:(?:gonna|going to) )?be able to|not (?:gonna|going to)) (?:make|keep) (?:it|my|our|the|that|this) (?!before|until|till|earlier|any|sooner|by )/.test(
    said,
  );

const weekday = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow)';
const hasOne =
  "(?:(?<! (?:can|could|may|should) )(?:i|we) (?:have|am|are)|i've|we've|i'm|we're)(?: got| been)? (?:my|our|booked|scheduled|supposed|down for|an? (?:\\S+ ){0,2}?(?:appointment|booking|reservation|visit|session|slot))";
const moving = new RegExp(
  ` ${hasOne} (?:\\S+ ){0,9}?${weekday}\\b.* (?:instead|move|push|switch|(?:can|could) (?:i|we|you) (?:do|make it|come|come in) (?:on |in )?${weekday}) `,
);

/** "I've got my physical on Monday, could we do Tuesday instead". */
export const isMoving = (said: string): boolean => moving.test(said);

/** What only the people of a business can look into: results, a thing that is ready, a missed call, a complaint. */
export function isForStaff(tokens: readonly Token[]): boolean {
  const said = spaced(tokens);
  return (
    forStaff.some((pattern) => pattern.test(said)) || (isComplaint.test(said) && !asksForRule.test(said))
  );
}

const isComplaint =
  / (?:money back|refund|refunded|overcharged|rip off|ripped (?:me |us )?off|complain|complaint) /;
/** "What's your refund policy?" is answered from the documents. */
const asksForRule = / (?:policy|policies|do you (?:offer|give|do|have)|if (?:i|we|somebody|someone|you)) /;

const forStaff: readonly RegExp[] = [
  / (?:is|are|if|whether) (?:my|our|the|his|her|their) (?:\w+ ){1,4}(?:ready|back|done|finished|came in|come in)(?: yet| now)? $/,
  / (?:is|are) (?:the|that|this|those|your) (?:\w+ ){1,5}still (?:available|for sale|for rent|on the market) /,
  / (?:running|(?:will|gonna|going to|might|may|could|i'll|we'll|he'll|she'll) (?:\w+ )?be) (?:\w+ ){0,5}late (?!afternoon|morning|evening|night|in |on |as |enough )/,
  / missed (?:a |your |the )?(?:phone )?call /,
  / (?:return|returning|calling back about) (?:a|your|the|his|her|somebody's) (?:missed |phone )?call /,
  / (?:you|you guys|somebody|someone)(?: there)? (?:just |has |have )?(?:called|rang|phoned) me /,
  / did (?:you|you guys|they|anybody|anyone) (?:get|receive|see|read) (?:my|our) /,
  / (?:nobody|no one|noone|never|didn't|he|she|they) (?:ever |even |just )?(?:showed|show|shown|turned|turn) up /,
  / (?:charged|billed) (?:me|us|my card|my account) /,
  // Whoever brings something, or wants to be paid.
  / (?:i've|i have|we've|we have) (?:got )?(?!(?:\S+ ){0,3}(?:question|job|idea))(?:\S+ ){1,6}(?:for you(?! to)|you ordered) /,
  / (?:i'm|i am|this is|it's) (?:the |your |a )?(?:courier|driver|delivery)|(?:unpaid|overdue|outstanding) (?:invoice|bill) /,
];

/** What is to be done with an appointment that there is already. */
export function recogniseChange(tokens: readonly Token[]): 'reschedule' | 'cancel' | 'check' | null {
  const said = spaced(tokens);
  if (
    isMoving(said) ||
    / (?:reschedul\w*|rebook\w*|postpone\w*|prepone\w*|(?:could|can) (?:we|i|you) (?:do|make it|come) (?:\S+ ){1,6}instead|move|push|bring forward|change|switch|shift|different (?:day|time)|another (?:day|time)) /.test(
      said,
    )
  )
    return 'reschedule';
  if (
    / (?:cancel\w*|call off|won't be coming|(?:won't|shan't|no longer) need|not coming|can't come|cannot come|(?:take|get) (?:it|that|this|that one|this one) off) /.test(
      said,
    ) ||
    isKeptAway(said)
  )
    return 'cancel';
  if (
    / (?:check|confirm|when is|what time is|what time my|when my|what day my|remind me|do i have) /.test(said)
  )
    return 'check';
  return null;
}

export const isUrgent = (tokens: readonly Token[]): boolean =>
  / (?:urgent|urgently|emergency|asap|as soon as possible|right away|immediately|straight away|can't wait) /.test(
    spaced(tokens),
  ) && !/ (?:not|isn't|no) (?:an? |that |very |really )?(?:urgent|emergency) /.test(spaced(tokens));

/** Wants what is under way to be given up. */
export const isDropped = (tokens: readonly Token[]): boolean =>
  / (?:never ?mind|nevermind|forget (?:it|about it|that|everything|the whole thing)|cancel (?:that|it|the order|my order|the message|this)|leave it|scrap that|don't bother|drop it|not booking (?:anything)?|don't want to book|don't (?:want|need) (?:an|any|another) appointment) /.test(
    spaced(tokens),
  );

/** What leads up to a question. */
const leadUp =
  "(?:(?:um|uh|so|and|hi|hello|hey|oh|okay|well|sorry|also|but|by the way|excuse me|quick question|i was wondering|just wondering|wondering|(?:can|could) you tell me|do you know|i wanted to (?:ask|know)|i'd like to know) )*";

const asks = new RegExp(
  `^ ${leadUp}(?:what|what's|whats|when|where|where's|who|who's|which|how|how's|why|do|does|did|is|are|can|could|would|will|should|may|have|has|am|if|whether) `,
);

/** Whether it is put as a question. */
export const isQuestion = (text: string, tokens: readonly Token[]): boolean =>
  /\?\s*$/.test(text) || asks.test(spaced(tokens));

const asksToKnow = new RegExp(
  `^ ${leadUp}(?:where|what(?:'s|s)?(?! about)|which|why|who|how (?!soon|early|quickly|about)|does|should|do (?:i|we)|(?:is|are|will) (?:it|the|a|an|that|there)) `,
);
const asksForTime =
  / (?:(?:what|which)(?:'s|s)?|(?:is|are) there) (?:\w+ ){0,3}?(?:times?|days?|openings?|slots?|available|availability|open|free|appointments?) /;

/** "Where can I park when I come in", "what does an inspection cover": wants to know, not to come, whatever it names. */
export const asksAbout = (tokens: readonly Token[]): boolean =>
  asksToKnow.test(spaced(tokens)) && !asksForTime.test(spaced(tokens));

/** "Do you do reflexology", "do you guys have burgers": whether something is offered. */
export const asksForOffer = (text: string): boolean =>
  /\bdo (?:you|you guys|y'all|they) (?:do|offer|have|provide|take|accept)\b/i.test(text);

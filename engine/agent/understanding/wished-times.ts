import { cardinalAt } from './numbers.ts';
import { mask, spaced, type Token, wordsIn } from './tokens.ts';

/**
 * The words of a turn that tell when somebody wants to come; of an appointment that is moved, the new time apart.
 *
 * @param masked tokens without the services
 */
export function wishedTimes(
  masked: readonly Token[],
  { said, moves }: { readonly said: readonly Token[]; readonly moves: boolean },
): { readonly old: readonly Token[]; readonly next: readonly Token[] | null } {
  const dated = withoutStory(withoutParty(masked, said));
  // "Move it from Tuesday to Thursday": the old time and the new one are two.
  const turn = moves ? newTimeAt(dated) : null;
  return turn === null ? { old: dated, next: null } : { old: dated.slice(0, turn), next: dated.slice(turn) };
}

/** "It's been hurting since like Thursday", "the one last Monday": a day that is over. */
const over =
  / (?:since|last)(?: (?:about|around|early|late|like|maybe|sometime|this|last|the))* (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend|today|yesterday|this|\d+(?:st|nd|rd|th))(?: (?:morning|afternoon|evening|night))?(?= )/;

/** "… came on this morning, can I come in on Monday": what has happened is no wish. */
function withoutStory(tokens: readonly Token[]): readonly Token[] {
  const said = spaced(tokens);
  const past = over.exec(said);
  if (past) {
    const [from, to] = [past.index, past.index + past[0].length].map((at) => wordsIn(said.slice(0, at)));
    return withoutStory(mask(tokens, from ?? 0, to ?? 0));
  }
  const story = / (?:this|last|yesterday) (?:morning|afternoon|evening|night|week|month|weekend) /.exec(said);
  if (!story) return tokens;
  const rest = said.slice(story.index + story[0].length - 1);
  if (
    !/ (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|today|tonight|next) /.test(rest)
  )
    return tokens;
  const from = wordsIn(said.slice(0, story.index));
  return mask(tokens, from, from + 2);
}

/** "A table for three tomorrow": so many people, and no hour. */
function withoutParty(masked: readonly Token[], tokens: readonly Token[]): readonly Token[] {
  const party = / (?:table|booth|party|seats?) (?:for|of) (?=\w+ (?!oclock |am |pm |thirty |fifteen ))/.exec(
    spaced(tokens),
  );
  if (!party || masked.length !== tokens.length) return masked;
  const at = wordsIn(spaced(tokens).slice(0, party.index + party[0].length));
  return cardinalAt(tokens, at) ? mask(masked, at, at + 1) : masked;
}

const day = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|next|\\d+(?:st|nd|rd|th)?';
/** "… to Thursday", "could we do Thursday instead". */
const newTime = new RegExp(
  ` (?:(?:to|until|till|instead) (?:\\w+ ){0,2}?(?:${day}|another|the)|(?:could|can|would) (?:we|i|you) (?:maybe |possibly )?(?:do|make it|come|come in|say|try) (?:on )?(?:${day})) `,
  'g',
);

/** Where the new time begins; null where only one time is told. */
function newTimeAt(tokens: readonly Token[]): number | null {
  const said = spaced(tokens);
  const last = [...said.matchAll(newTime)].at(-1);
  return last === undefined ? null : wordsIn(said.slice(0, last.index));
}

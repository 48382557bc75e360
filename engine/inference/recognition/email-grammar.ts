import { GrammarState } from './grammar.ts';
import type { WordPieces } from './word-pieces.ts';

const before = ["It's", 'Its', 'My email is', 'Yes,', 'Sure,', "Yes, it's", "No, it's"] as const;
/** Where most addresses are; after others anything may come. */
const hosts = [
  ...[
    'gmail.com',
    'yahoo.com',
    'hotmail.com',
    'outlook.com',
    'iCloud.com',
    'icloud.com',
    'aol.com',
    'live.com',
    'msn.com',
  ],
  ...[
    'me.com',
    'mac.com',
    'proton.me',
    'protonmail.com',
    'comcast.net',
    'verizon.net',
    'att.net',
    'ymail.com',
  ],
  ...['googlemail.com', 'btinternet.com', 'yahoo.co.uk', 'hotmail.co.uk', 'rediffmail.com', 'yahoo.co.in'],
] as const;
/** The hosts of nearly all are among them. */
const otherHost = -2;

export interface EmailParts {
  readonly pieces: WordPieces;
  readonly names: readonly { readonly name: string; readonly weight: number }[];
  /** A name, letter by letter, that leads to `end`. */
  readonly spelled: (end: GrammarState) => GrammarState;
  readonly end: GrammarState;
}

/** "It's george dot miller at gmail dot com": one or two names, said or spelled, and a host. */
export function emailGrammar({ pieces, names, spelled, end }: EmailParts): GrammarState {
  const grammar = new GrammarState();
  const [start, afterFirst, second, atHost] = [
    new GrammarState(),
    new GrammarState(),
    new GrammarState(),
    new GrammarState(),
  ];
  grammar.orFrom(start);
  for (const words of before) grammar.say(pieces.words(words), start);
  const said = (to: GrammarState): GrammarState => {
    const from = new GrammarState();
    for (const { name, weight } of names) {
      for (const form of [name, name.toLowerCase()]) from.say(pieces.words(form), to, weight);
    }
    return from;
  };
  const afterSecond = new GrammarState();
  start.orFrom(said(afterFirst));
  start.orFrom(spelled(afterFirst));
  second.orFrom(said(afterSecond));
  second.orFrom(spelled(afterSecond));
  // "George.Olsen": behind a dot that is written there is no blank
  const joined = new GrammarState();
  for (const { name, weight } of names) {
    for (const form of [name, name.toLowerCase()]) joined.say(pieces.pieces(form), afterSecond, weight);
  }
  afterFirst.say(pieces.pieces('.'), joined);
  for (const sign of ['dot', 'Dot', 'underscore', 'dash']) afterFirst.say(pieces.words(sign), second);
  afterFirst.orFrom(second);
  for (const from of [afterFirst, afterSecond]) from.say(pieces.words('at'), atHost);
  for (const host of hosts) {
    for (const form of [host, host.replaceAll('.', ' dot ')]) atHost.say(pieces.words(form), end);
  }
  atHost.orFrom(new GrammarState({ isFree: true }), otherHost);
  return grammar;
}

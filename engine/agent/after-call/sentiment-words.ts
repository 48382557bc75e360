/** How words of callers weigh, from −4 to 4: about service, time, money, trouble. Small on purpose: it is all checked. */
const weights: Readonly<Record<string, string>> = {
  '4': 'amazing fantastic wonderful outstanding phenomenal incredible superb fabulous',
  '3': `awesome brilliant excellent love loved lovely perfect perfectly delighted thrilled terrific marvellous marvelous
    impressed lifesaver`,
  '2': `great good glad happy appreciate appreciated thankful grateful helpful nice pleased pleasant best better beautiful
    easy friendly kind polite professional quick satisfied smooth enjoyed enjoy excited recommend relieved awesomely
    superbly nicely gladly`,
  '1': `thanks thank fine cool okay welcome sure works helped cheers super fair interested`,
  '-1': `unfortunately wait waiting slow delay delayed expensive problem issue issues trouble confused confusing
    complicated missed late unclear unsure worried concerned concern nervous busy unable`,
  '-2': `bad annoyed annoying wrong complaint complain disappointed disappointing upset unhappy frustrated frustrating
    broken fail failed fails rude unacceptable mistake overcharged inconvenient hurt hurts hurting pain painful poor sad
    unprofessional useless worse nonsense impossible unreliable dirty cancelled refuse refused ignored mess fed sick
    tired unfair dissatisfied incompetent sloppy careless waste wasted`,
  '-3': `angry awful terrible horrible hate hated furious worst ridiculous disgusting pathetic outrageous disgrace lied
    liar lying scam cheated fraud stole ripoff nightmare appalling dreadful disgusted livid robbed ripped sue lawyer shameful`,
  '-4': `fuck fucking fucked shit shitty bullshit bitch asshole bastard cunt dickhead motherfucker`,
};

export const wordWeights: ReadonlyMap<string, number> = new Map(
  Object.entries(weights).flatMap(([weight, words]) =>
    words.split(/\s+/).map((word) => [word, Number(weight)] as const),
  ),
);

/** Several words that mean together what they do not mean alone; looked for first. */
const phrases: readonly (readonly [phrase: string, weight: number])[] = [
  ['thank you so much', 3],
  ['thanks so much', 3],
  ['thanks a lot', 2],
  ['thanks for nothing', -4],
  ['thank you for nothing', -4],
  ['no thanks', 0],
  ['no thank you', 0],
  ['no problem', 1],
  ['no problems', 2],
  ['not a problem', 1],
  ['no worries', 1],
  ['no complaints', 2],
  ['no trouble', 1],
  ['not bad', 2],
  ['not too bad', 2],
  ['could be better', -2],
  ['could be worse', 1],
  ['good morning', 0],
  ['good afternoon', 0],
  ['good evening', 0],
  ['good day', 0],
  ['good night', 0],
  ['nice day', 1],
  ['great day', 1],
  ['good one', 1],
  ['sounds good', 1],
  ['sounds great', 2],
  ['looking forward', 2],
  ['look forward', 2],
  ["can't wait", 3],
  ['cannot wait', 3],
  ['can hardly wait', 3],
  ['made my day', 4],
  ['well done', 3],
  ['good job', 3],
  ['great job', 3],
  ['nice work', 2],
  ['works for me', 2],
  ['better be', -2],
  ['better not', -2],
  ['had better', -1],
  ['do you have anything better', 0],
  ['is it better', 0],
  ['waste of time', -3],
  ['wasting my time', -3],
  ['waste of money', -3],
  ['rip off', -3],
  ['ripped off', -3],
  ['fed up', -3],
  ['had enough', -3],
  ['sick of', -3],
  ['tired of', -3],
  ['sick and tired', -4],
  ['third time', -1],
  ['yet again', -1],
  ['nobody called', -2],
  ['no one called', -2],
  ['never called', -2],
  ['called me back', 0],
  ['never again', -3],
  ['going in circles', -2],
  ['what is wrong with you', -4],
  ["what's wrong with you", -4],
  ['are you kidding', -3],
  ['you have got to be kidding', -4],
  ['joke', -2],
  ['money back', -2],
  ['nobody ever', -2],
  ['nobody answers', -2],
  ['nobody picks up', -2],
  ['not listening', -3],
  ["don't listen", -2],
  ['not what i asked', -3],
  ['not what i ordered', -3],
  ['never showed', -3],
  ["didn't show up", -2],
  ['did not show up', -2],
  ['does not understand', -1],
  ["doesn't understand", -1],
  ['get me a human', -2],
  ['food was cold', -2],
  ["you're a star", 3],
  ['you are a star', 3],
  ['over the moon', 4],
  ['patient with me', 2],
  ['bless you', 3],
  ['let me down', -3],
  ['hung up on', -3],
  ['on hold', -1],
  ['not good enough', -3],
  ['speak to a manager', -2],
  ['speak to your manager', -2],
  ['talk to a manager', -2],
  ['talk to your manager', -2],
  ['stop calling', -2],
  ['shut up', -4],
  ['screw you', -4],
  ['go to hell', -4],
  ['damn you', -4],
  ['oh my god', -1],
  ['for god sake', -2],
  ["for god's sake", -2],
  ['at the latest', 0],
  ["i'm sorry i", 0],
  ['sorry could you', 0],
  ['sorry can you', 0],
  ["i'm sorry could you", 0],
  ['sorry what', 0],
  ['sorry i meant', 0],
  ['wait a moment', 0],
  ['wait a second', 0],
  ['wait a minute', 0],
  ['is it okay', 0],
  ['is that okay', 0],
  ['okay so', 0],
  ['how late', 0],
  ['too late', -1],
  ['as late as', 0],
  ['later', 0],
  ['busy that day', 0],
  ["i'm busy", 0],
  ['how expensive', 0],
  ['tooth hurts', -1],
  ['the best time', 0],
  ['best number', 0],
  ['best time', 0],
  ['what is the best', 0],
  ['would be best', 0],
  ['kind of', 0],
  ['what kind', 0],
  ['any kind', 0],
  ['broken tooth', -1],
  ['wrong number', 0],
];

export interface WeighedPhrase {
  readonly words: readonly string[];
  readonly weight: number;
}

/** By the first word; the longest first. */
export const phraseWeights: ReadonlyMap<string, readonly WeighedPhrase[]> = Map.groupBy(
  phrases
    .map(([phrase, weight]) => ({ words: phrase.split(' '), weight }))
    .toSorted((one, other) => other.words.length - one.words.length),
  ({ words }) => words[0] ?? '',
);

/** Said to somebody, it is abuse. */
export const abuseWords: ReadonlySet<string> = new Set(
  `fuck fucking fucked shitty bullshit bitch asshole bastard cunt dickhead motherfucker moron idiot idiots stupid dumb
   retard scum`.split(/\s+/),
);

export const negations: ReadonlySet<string> = new Set(
  `not no never none nobody nothing neither nor without hardly barely cannot can't couldn't won't wouldn't don't doesn't
   didn't isn't aren't wasn't weren't haven't hasn't hadn't shouldn't ain't`.split(/\s+/),
);

export const intensifiers: ReadonlyMap<string, number> = new Map([
  ...[...'very really so extremely absolutely totally completely incredibly truly super such'.split(' ')].map(
    (word) => [word, 1.5] as const,
  ),
  ...[...'quite pretty rather'.split(' ')].map((word) => [word, 1.2] as const),
  ...[...'slightly somewhat bit little'.split(' ')].map((word) => [word, 0.5] as const),
]);

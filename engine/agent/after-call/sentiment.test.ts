import { describe, expect, it } from 'vitest';
import { sentimentOf } from './sentiment.ts';

const labelled = {
  positive: [
    'Thank you so much, you have been really helpful.',
    'That is perfect, I love it.',
    "Great, I'm very happy with that.",
    'Oh wonderful, that works for me.',
    'You guys are the best.',
    'That was quick, excellent service.',
    'I really appreciate your help.',
    'Not bad at all, thanks.',
    'Fantastic, see you Tuesday.',
    "I'm so glad you could fit me in.",
    'The cleaning last week was great.',
    'No complaints, everyone was friendly.',
    "I can't wait, this is exciting.",
    'You made my day.',
    'Thanks a lot, that was easy.',
    'My daughter loved it.',
    "I'm pleased with how it turned out.",
    'Brilliant, cheers.',
    'Everything went smooth and the doctor was kind.',
    "Awesome, I'm looking forward to it.",
    'I would recommend you to anyone.',
  ],
  neutral: [
    'I need to book a cleaning for Tuesday.',
    'What time do you open on Saturday?',
    'My number is 415 555 0132.',
    'Good morning, I have a question about your hours.',
    'How much is a filling?',
    'Yes, that is right.',
    'Can I speak to Dr. Lee?',
    'I would like two pizzas for pick up.',
    'Sorry, could you repeat that?',
    'Wait a second, let me check my calendar.',
    'It is for my son.',
    'What is the best time to come in?',
    'Do you take walk ins?',
    'The name is Sarah Miller.',
    'No thank you.',
    'What kind of insurance do you accept?',
    'Is it okay if I bring my dog?',
    'Later in the afternoon, maybe four.',
    'I think I have the wrong number.',
    'Two thirty on the fifth.',
    "I'm busy that day, how about Thursday?",
  ],
  negative: [
    'This is ridiculous, I have been waiting for an hour.',
    'I am very disappointed with your service.',
    'That is terrible.',
    'You people are useless.',
    'I am not happy about this at all.',
    'It is the third time I call and nobody called me back.',
    'The technician was rude and late.',
    'I want to make a complaint.',
    'This is a waste of time.',
    'You overcharged me.',
    "I'm sick and tired of this.",
    'Your bill is wrong again and I am fed up.',
    'That is not good enough.',
    'Thanks for nothing.',
    'I never want to come back, it was awful.',
    'The repair failed and my sink is still broken.',
    'This is the worst experience I have had.',
    'I hate being put on hold.',
    'It is unacceptable, let me speak to your manager.',
    'You ripped me off.',
    'I feel cheated.',
    'Fuck you.',
    "It doesn't work and it is really frustrating.",
    'What a nightmare.',
  ],
} as const;

describe('sentiment', () => {
  const cases = Object.entries(labelled).flatMap(([label, texts]) =>
    texts.map((text) => [label, text] as const),
  );

  it('agrees with people about single sentences', () => {
    const wrong = cases.filter(([label, text]) => sentimentOf([text]).label !== label);
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(wrong).toEqual([]);
  });

  it('hears abuse only where somebody is abused', () => {
    expect(sentimentOf(['You stupid machine, shut up']).abusive).toBe(true);
    expect(sentimentOf(['fuck you']).abusive).toBe(true);
    expect(sentimentOf(['I did something stupid and locked the keys in the car']).abusive).toBe(false);
    expect(sentimentOf(['thank you', 'you idiot']).label).toBe('negative');
  });

  it('counts the end of a call more than its beginning', () => {
    const bad = 'I am disappointed about the delay.';
    const good = 'Oh great, thanks, that is very helpful.';
    expect(sentimentOf([bad, good]).score).toBeGreaterThan(sentimentOf([good, bad]).score);
  });

  it('is neutral where nothing was said', () => {
    expect(sentimentOf([])).toEqual({ label: 'neutral', score: 0, abusive: false });
    expect(sentimentOf([''])).toEqual({ label: 'neutral', score: 0, abusive: false });
  });
});

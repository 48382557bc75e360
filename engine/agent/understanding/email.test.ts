import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recogniseEmail } from './email.ts';

describe('e-mail addresses', () => {
  it.each([
    ['sarah.miller@gmail.com', 'sarah.miller@gmail.com'],
    ["it's Sarah dot Miller at gmail dot com", 'sarah.miller@gmail.com'],
    ['S-A-R-A-H at g mail dot com please', 'sarah@gmail.com'],
    ['my email is j underscore brooks at outlook dot com', 'j_brooks@outlook.com'],
    ['that would be info at bright dash smile dot co dot uk', 'info@bright-smile.co.uk'],
    ['dan one two three at hot mail dot com', 'dan123@hotmail.com'],
    ['anna double two at icloud dot com, thanks', 'anna22@icloud.com'],
    ['Sierra Alpha Romeo Alpha Hotel at yahoo dot com', 'sarah@yahoo.com'],
  ])('%s', (said, value) => {
    expect(recogniseEmail(said)?.value).toBe(value);
  });

  it.each(['I am at home', 'see you at ten', 'look at that dot', ''])('are not heard in "%s"', (said) => {
    expect(recogniseEmail(said)).toBeNull();
  });

  it('are what was spelled, whatever letters and digits are in them', () => {
    const word = fc
      .stringMatching(/^[b-z]{2,8}$/)
      .filter(
        (text) =>
          !/^(?:at|dot|dash|point|plus|minus|is|it|my|the|um|uh|er|so|and|well|please|use|mail|email|address|period|hyphen|one|two|three|four|five|six|seven|eight|nine|zero|oh|yes|yeah|sure|okay|ok|its|that|double|triple|underscore|spelled)$/.test(
            text,
          ),
      );
    fc.assert(
      fc.property(
        word,
        word,
        fc.constantFrom('gmail.com', 'outlook.com', 'example.co.uk'),
        (first, last, host) => {
          const spelled = [...first].join('-').toUpperCase();
          const said = `${spelled} dot ${[...last].join('-').toUpperCase()} at ${host.replaceAll('.', ' dot ')}`;
          expect(recogniseEmail(said)?.value).toBe(`${first}.${last}@${host}`);
        },
      ),
      { numRuns: 300 },
    );
  });
});

import type { ScriptedConversation } from './fake-conversations.ts';

const sarah = 'Sarah Miller';
const phone = '+14155550132';

/** Conversations with Bright Smile Dental on a bad line: what was heard wrongly is put right on the way. */
export const mishearings: readonly ScriptedConversation[] = [
  {
    title: 'a number that the recogniser went round in, told in three parts',
    script: `
      caller: Cleaning on Tuesday at ten for Sarah Miller
      agent: phone
      caller: 1, 1, 1, 1, 1, 1, 1, 1, 1
      agent: complete|full.*parts.*area code
      caller: four one five
      agent: next three digits
      caller: five five
      agent: the three digits after the area code
      caller: five five five
      agent: last four
      caller: oh one three two
      agent: phone number 4 1 5, 5 5 5, 0 1 3 2
      caller: yes
      agent: all set`,
    books: [['clean', '2026-11-24T10:00', sarah, phone]],
  },
  {
    title: 'only the part of a number that is missing is asked for',
    script: `
      caller: Cleaning on Tuesday at ten for Sarah Miller
      caller: four one five
      agent: rest
      caller: five five five
      agent: rest
      caller 0.3: bla
      agent: after
      caller 0.3: bla
      agent: last four
      caller: oh one three two
      agent: phone number 4 1 5, 5 5 5, 0 1 3 2
      caller: yes
      agent: all set`,
    books: [['clean', '2026-11-24T10:00', sarah, phone]],
  },
  {
    title: 'a name corrected by halves at the read-back, each time named before all is read back',
    number: '+12125550147',
    script: `
      caller: Cleaning on Tuesday at ten for Sareh Mueller
      caller: yes
      agent: for Sareh Mueller
      caller: No, it's Miller, M-I-L-L-E-R
      agent: ^Okay, the name is Sareh Miller\\..*for Sareh Miller.*right
      caller: first name S-A-R-A-H
      agent: ^Okay, the name is Sarah Miller\\..*for Sarah Miller.*right
      caller: yes
      agent: all set`,
    books: [['clean', '2026-11-24T10:00', sarah, '+12125550147']],
  },
  {
    title: 'a whole name corrected at the read-back',
    number: '+12125550147',
    script: `
      caller: Cleaning on Tuesday at ten for Theya Mille
      caller: yes
      caller: No, the name is Sarah Miller
      agent: ^Okay, the name is Sarah Miller\\..*for Sarah Miller.*right
      caller: yes
      agent: all set`,
    books: [['clean', '2026-11-24T10:00', sarah, '+12125550147']],
  },
  {
    title: 'days that no calendar has',
    number: '+12125550147',
    script: `
      caller: I'd like a cleaning on February 31st at ten
      agent: February has only 28 days.*day
      caller: April the thirty first
      agent: April has only 30 days.*day
      caller: Tuesday then
      agent: name
      caller: Sarah Miller
      caller: yes
      agent: November 24th at 10 AM
      caller: yes, the 30th of February
      agent: February has only 28 days.*day
      caller: Tuesday
      agent: November 24th at 10 AM
      caller: yes
      agent: all set`,
    books: [['clean', '2026-11-24T10:00', sarah, '+12125550147']],
  },
  {
    title: 'hardly heard words answer what was asked, and agree to nothing',
    number: '+12125550147',
    script: `
      caller: I would like an appointment
      caller 0.5: a filling
      agent: day
      caller 0.5: Tuesday at ten
      agent: name
      caller 0.5: Sara Miller
      agent: name
      caller 0.5: Sarah Miller
      agent: number
      caller 0.5: yeah
      agent: a filling on Tuesday, November 24th at 10 AM, for Sarah Miller
      caller 0.5: yeah
      agent: catch|hear.*correct
      caller 0.5: goodbye
      agent: catch|hear.*yes or no
      caller: yes
      agent: all set`,
    books: [['fill', '2026-11-24T10:00', sarah, '+12125550147']],
  },
];

import type { Question } from '../dialogue.ts';

/** Wordings that are the same in every call, so that their audio can be kept. Each question has several, used in turn. */
export const questionWordings = {
  'how-can-i-help': [
    'How can I help you today?',
    'What can I do for you?',
    'Would you like to book an appointment, or is there something you want to know?',
  ],
  day: [
    'What day and time would suit you?',
    'When would you like to come in?',
    'Which day works best for you, for example tomorrow morning?',
  ],
  'which-day': [
    'Which day would you like?',
    'And what day would that be?',
    'Could you tell me the day, for example Monday or tomorrow?',
  ],
  name: [
    'Can I get your name, please?',
    'What name should I put it under?',
    'Could you say your first and last name for me, or spell it?',
  ],
  'line-number': [
    "Can I use the number you're calling from?",
    'Is the number you are calling from the best one to reach you?',
    'Should we use the number you are calling from, yes or no?',
  ],
  phone: [
    "What's the best phone number to reach you?",
    'Could you give me your phone number, please?',
    'Please say your phone number digit by digit.',
  ],
  'phone-rest': ['And the rest?', 'And what comes after that?', 'Could you give me the rest of the number?'],
  'phone-keypad': [
    'You can also type it: please enter the phone number on your keypad.',
    'You can enter the number with the keys of your phone.',
    'Please press the digits of the phone number now.',
  ],
  'what-to-change': [
    'What should I change?',
    'Which part is not right: the service, the time, the name or the number?',
    'Should I change the service, the time, the name or the phone number?',
  ],
  'message-offer': [
    'Would you like to leave a message?',
    'Can I take a message for you?',
    'Shall I take a message, yes or no?',
  ],
  'form-change': [
    'What should I change?',
    'Which part is not right?',
    'Please tell me which part I should change.',
  ],
  'which-change': [
    'Would you like to move it to another time, or cancel it?',
    'Should I move the appointment or cancel it?',
    'Please say move, or cancel.',
  ],
  'appointment-name': [
    'What name is the appointment under?',
    'Which first and last name did you book with?',
    'Please say the name of the appointment, or spell it.',
  ],
  'appointment-phone': [
    'And what phone number is it booked with?',
    'Which phone number did you give when you booked?',
    'Please say the phone number of the appointment digit by digit, or type it.',
  ],
  'appointment-day': [
    'And what day is the appointment on?',
    'Which day did you book?',
    'Could you tell me the day of the appointment?',
  ],
  'anything-else': [
    'Is there anything else I can help you with?',
    'Anything else I can do for you?',
    'Can I help you with something else?',
  ],
} as const satisfies Partial<Record<Question, readonly string[]>>;

/** Statements without values. */
export const lineWordings = {
  hello: ['Hello!', 'Hi there!'],
  'not-caught': ["Sorry, I didn't catch that.", "I'm sorry, I couldn't hear you well."],
  'not-understood': ["Sorry, I didn't get that.", "I'm sorry, I'm not sure I understood."],
  'cannot-help': [
    "I'm sorry, I can't help with that. I can book appointments and tell you our hours and prices.",
    "I'm afraid that's not something I can do.",
  ],
  'address-unknown': ["I'm sorry, I don't have our address or directions at hand."],
  'no-person': ["I'm sorry, I can't put you through right now."],
  'not-found-appointment': ["I'm sorry, I can't find an appointment under that name and number."],
  'kept-appointment': ["Okay, I've left everything as it is."],
  dropped: ["No problem, I've left that."],
  'after-this': ["Sure, we'll do that right after this."],
  'not-called': ["I've taken your number off our list. We won't call you again."],
  'which-number-not-to-call': ['Please tell me the number that should not be called.'],
  private: ["I'm sorry, I can't share anything about other people."],
  'wrong-number': ['No problem at all. Goodbye!'],
  'for-staff': ["I'm sorry, that's something our team has to look into."],
  'do-not-know': ["I'm sorry, I do not have that information."],
  'no-changes': [
    "I'm sorry, I can't change or cancel appointments yet. A member of our team will need to do that, so please call again during opening hours.",
  ],
  'no-booking': ["I'm sorry, I can't book appointments on this line."],
  calm: ["I'm sorry about the trouble. Let's get this sorted.", "I understand. I'll do my best to help."],
  welcome: ["You're welcome.", 'My pleasure.'],
  acknowledge: ['Sure.', 'Great.', 'Okay.', 'Alright.'],
  correction: ['Okay, let me change that.', 'Got it, sorry about that.'],
  past: ["I'm sorry, that time has already gone by today."],
  'none-at-all': ["I'm sorry, I couldn't find an opening then."],
  'none-earlier': ["I'm sorry, there's nothing earlier that day."],
  'none-later': ["I'm sorry, there's nothing later that day."],
  'phone-incomplete': [
    "That doesn't seem to be a full phone number.",
    "I'm sorry, that number doesn't look complete.",
  ],
  'nothing-booked': ["No problem, I haven't booked anything."],
  'way-out': [
    "I'm sorry, I'm having trouble understanding you on this line. Please call again, or try once more during opening hours.",
  ],
  'kept-for-callback': [
    "I'm sorry, I'm having trouble understanding you on this line. I've written down what I understood, and somebody will call you back.",
  ],
  'kept-without-number': [
    "I'm sorry, I'm having trouble understanding you on this line. I've written down what I understood, but I have no number for you, so please call again.",
  ],
  'no-time': ["I'm sorry, I don't have a time that suits you. Please call again, or ask for another day."],
  'no-time-for-callback': [
    "I'm sorry, I don't have a time that suits you. I've written down what you would like, and somebody will call you back.",
  ],
  'no-time-without-number': [
    "I'm sorry, I don't have a time that suits you. I've written down what you would like, but I have no number for you, so please call again.",
  ],
  'given-back': ["Thank you. I'm back with you."],
  'left-alone': ["I'm sorry, my colleague had to leave. I'm back with you."],
  prompt: ["Take your time, I'm here.", "I'm listening."],
  'still-there': ['Are you still there?'],
  'silent-goodbye': ["I can't hear you, so I'll hang up now. Please call again any time. Goodbye!"],
} as const;

/** What a caller may want, as it is put beside something else. */
export const wishWords: Readonly<Record<string, string>> = {
  book: 'to book an appointment',
  'change-appointment': 'to change an appointment',
  hours: 'to know our hours',
  price: 'to know our prices',
  services: 'to know what we offer',
  address: 'to know where we are',
  person: 'to speak to somebody',
};

/** A number in its parts, each asked for in turn. */
export const numberParts = [
  ["Let's do it in parts. What's the area code?", 'Just the area code first, please: three digits.'],
  ['And the next three digits?', 'Just the three digits after the area code, please.'],
  ['And the last four?', 'Just the last four digits, please.'],
] as const;

export const fixedWords = {
  readBackLead: ['Let me read that back.', 'Just to be sure.', 'Let me check I have this right.'],
  readBackAsk: ['Is that right?', 'Is that correct?', 'Shall I book that, yes or no?'],
  effectAsk: ['Is that right?', 'Is that correct?', 'Shall I do that, yes or no?'],
  offerAsk: ['Which one suits you?', 'Which would you like?', 'Would you like the first or the second?'],
  singleOfferAsk: ['Would that work for you?', 'Does that suit you?', 'Is that okay, yes or no?'],
  booked: ["You're all set."],
  awaitsApproval: 'Our team will look at it and confirm it with you.',
  fillers: ['One moment, please.', 'Let me check that for you.'],
  failure: "I'm sorry, something went wrong on our side.",
  goodbye: ['Thank you for calling. Goodbye!', 'Thanks for your call. Have a great day!'],
  goodbyeBooked: ['Thank you for calling. We look forward to seeing you. Goodbye!'],
  remark: ["I'm not the right one to ask about that.", "That's a bit outside of what I can help with."],
} as const;

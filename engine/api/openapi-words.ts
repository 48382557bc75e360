import type { MethodName } from './contract/index.ts';

/** What the methods are called for people: the words of their nouns, and sentences where those do not do. */

interface Noun {
  readonly one: string;
  readonly many: string;
  /** The chapter that it stands in. */
  readonly tag: string;
}

const noun = (tag: string, one: string, many = `${one}s`): Noun => ({ one, many, tag });

const nouns: Readonly<Record<string, Noun>> = {
  session: noun('Signing in', 'session'),
  link: noun('Signing in', 'link'),
  account: noun('Signing in', 'own account', 'accounts'),
  member: noun('Users', 'member of a business', 'members of a business'),
  user: noun('Users', 'user of the box', 'users of the box'),
  token: noun('Users', 'API token'),
  audit: noun('Users', 'audit log', 'the audit log'),
  tenant: noun('Businesses', 'business', 'businesses'),
  business: noun('Businesses', 'business', 'businesses as they do at present'),
  branding: noun('Businesses', 'what a business sees in place of the name of the product'),
  outbound: noun('Businesses', 'the rules for outgoing calls'),
  overflow: noun('Businesses', 'what happens when the box is full'),
  closed: noun('Businesses', 'what happens when the business is closed'),
  privacy: noun('Businesses', 'how callers are remembered and masked'),
  providers: noun('Businesses', 'speech and language services', 'speech and language services'),
  analytics: noun('Businesses', 'the figures of a business'),
  hours: noun('Appointments', 'the opening hours'),
  service: noun('Appointments', 'service'),
  staff: noun('Appointments', 'the staff', 'the staff'),
  caller: noun('Callers', 'caller'),
  doNotCall: noun('Callers', 'number that is not to be called', 'numbers that are not to be called'),
  source: noun('Knowledge', 'source'),
  knowledge: noun('Knowledge', 'what is known', 'what is known'),
  question: noun('Knowledge', 'unanswered question'),
  notification: noun('Inbox', 'notification'),
  submission: noun('Inbox', 'message, order or lead', 'messages, orders and leads'),
  appointment: noun('Appointments', 'appointment'),
  calendarSettings: noun('Appointments', 'how bookings are taken'),
  calendar: noun('Appointments', 'linked calendar'),
  reminder: noun('Appointments', 'reminder by telephone', 'reminders by telephone'),
  mail: noun('Appointments', 'mail to a customer', 'mail to customers'),
  mailAccount: noun('Appointments', 'the account that mail is sent by'),
  holiday: noun('Appointments', 'holiday'),
  profession: noun('Agent', 'profession'),
  playbook: noun('Agent', 'playbook'),
  agent: noun('Agent', 'the agent as it is being edited'),
  agentVersion: noun('Agent', 'version of an agent', 'versions of an agent'),
  rehearsal: noun('Agent', 'rehearsal'),
  skill: noun('Agent', 'skill'),
  talk: noun('Agent', 'talk with the agent', 'talks with the agent'),
  dictionary: noun('Agent', 'the dictionary of pronunciations'),
  voice: noun('Agent', 'voice'),
  voices: noun('Agent', 'voices', 'voices'),
  call: noun('Calls', 'call'),
  callNote: noun('Calls', 'note on a call', 'notes on calls'),
  number: noun('Lines', 'phone number'),
  trunk: noun('Lines', 'trunk'),
  line: noun('Lines', 'line', 'lines: how trunks and phones are at present'),
  phone: noun('Lines', 'phone'),
  ringGroup: noun('Lines', 'ring group'),
  transferTarget: noun('Lines', 'transfer target'),
  ban: noun('Lines', 'ban'),
  defence: noun('Lines', 'bans in force and what was kept away'),
  model: noun('The box', 'model'),
  box: noun('The box', 'box', 'boxes'),
  api: noun('The box', 'API'),
};

const sentences: Readonly<Partial<Record<MethodName, string>>> = {
  'session.read': 'Read who is signed in',
  'session.signIn': 'Sign in',
  'session.signOut': 'Sign out',
  'session.end': 'End a session of the own account',
  'session.actAs': 'Act as a business',
  'session.stopActing': 'Stop acting as a business',
  'link.read': 'Read what a link from an invitation is for',
  'link.use': 'Use a link: accept an invitation, or set a new password',
  'account.change': 'Change the own account',
  'account.setPassword': 'Set a new password',
  'account.beginTotp': 'Begin to set up codes for signing in',
  'account.confirmTotp': 'Confirm the codes with one of them',
  'account.removeTotp': 'Sign in without codes again',
  'member.invite': 'Invite somebody to a business',
  'member.uninvite': 'Take an invitation to a business back',
  'user.invite': 'Invite somebody to the box',
  'user.uninvite': 'Take an invitation to the box back',
  'user.setPassword': 'Set the password of a user',
  'user.link': 'Make a link with which a user sets a new password',
  'token.create': 'Create a token; it is told this once',
  'token.revoke': 'Revoke a token',
  'audit.list': 'List the audit log',
  'audit.verify': 'Verify that nothing in the audit log was changed',
  'analytics.read': 'Read the figures of a business in a span of time',
  'analytics.set': 'Set what the figures are reckoned with',
  'call.whisper': 'Whisper a hint to the agent',
  'call.takeOver': 'Take a call over from the agent',
  'call.giveBack': 'Give a call back to the agent',
  'talk.start': 'Talk with the agent from a browser',
  'appointment.book': 'Book an appointment',
  'appointment.openings': 'List openings',
  'appointment.hold': 'Hold an opening for a short while',
  'appointment.release': 'Release an opening that was held',
  'appointment.restore': 'Restore an appointment that was cancelled',
  'question.reopen': 'Open a question again',
  'tenant.change':
    'Change the name, the language and the time zone of a business, and whether its calls are recorded',
  'tenant.export': 'Download a business in one file, sealed with a passphrase',
  'tenant.remove': 'Remove a business with all that is its own, and destroy its key',
  'business.change': 'Suspend a business, or let it take calls again',
  'business.usage': 'Download calls, minutes and bookings of each business as CSV',
  'branding.logo': 'Read the logo that a business sees',
  'branding.own': 'Read the own name, colour and logo of a reseller',
  'branding.set': 'Set the own name and colour of a reseller',
  'branding.setLogo': 'Upload the own logo of a reseller',
  'branding.ofSlug': 'Read what a sign-in page shows of a reseller',
  'branding.logoOfSlug': 'Read the logo that a sign-in page shows',
  'trunk.presets': 'List carriers and PBXs whose facts are known, and the fields that each needs',
  'line.test': 'Test a trunk and say in words what is wrong',
  'line.progress': 'Read how far the test of a trunk is, or its last report',
  'line.ladder': 'Read the SIP messages of any call of the box as a ladder',
  'phone.create': 'Create a phone and its account; the password is told this once',
  'ban.lift': 'Let an address in again that was shut out',
  'providers.save': 'Save one chain of services in its new order',
  'providers.test': 'Try a service with what is given; nothing is saved',
  'voices.sample': 'Hear a voice say a text',
  'voice.record': 'Record a voice, or the consent to copy it',
  'voice.clone': 'Copy a voice with the consent of its owner',
  'voice.forget': 'Forget a copied voice',
  'voice.recording': 'Hear the recording that a voice was copied from',
  'call.exportList': 'Download the list of calls as CSV',
  'call.transcript': 'Read what was said in a call',
  'call.extraction': 'Read what was understood and worked out of a call',
  'call.waveform': 'Read how loud each side of a recording is, and where it speaks',
  'call.ladder': 'Read the SIP messages of a call as a ladder',
  'call.place': 'Ring a phone of the house and connect it with a number',
  'call.complete': 'Say what became of a call; one that goes on is ended first',
  'call.redact': 'Take words out of a call for good, or all that was said',
  'call.export': 'Download a call as a ZIP file',
  'call.recording': 'Hear the recording of a call: the caller left, the agent right',
  'call.transfer': 'Put a call through',
  'call.conference': 'Bring somebody into a call',
  'call.hold': 'Put a call on hold',
  'call.resume': 'Take a call back from hold',
  'call.record': 'Pause the recording of a call, or go on with it',
  'call.press': 'Send keys to the other side of a call',
  'call.hangUp': 'End a call',
  'appointment.move': 'Move an appointment to another time',
  'appointment.cancel': 'Cancel an appointment',
  'appointment.approve': 'Approve an appointment that was drafted',
  'appointment.decline': 'Decline an appointment that was drafted',
  'reminder.done': 'Say that a customer was reminded',
  'mailAccount.try': 'Send a mail to try the account',
  'calendar.links': 'List the calendars elsewhere that appointments are kept in step with',
  'calendar.findCalendars': 'Find the calendars of an account on a CalDAV server',
  'calendar.link': 'Link a calendar to a member of the staff, or to the whole business',
  'calendar.unlink': 'Unlink a calendar',
  'calendar.syncNow': 'Bring a linked calendar into step now',
  'source.upload': 'Upload a file as a source',
  'knowledge.ask': 'Ask what the agent would answer from what it knows',
  'question.answer': 'Answer a question that nobody could answer',
  'question.dismiss': 'Dismiss a question',
  'caller.forget': 'Forget a caller for good',
  'agent.save': 'Save the draft of the agent',
  'agent.discard': 'Discard the draft of the agent',
  'agent.publish': 'Publish the draft, once simulated callers were served as they must be',
  'agent.template': 'Give a document another profession without saving it',
  'agentVersion.restore': 'Make a version of the agent the draft',
  'rehearsal.start': 'Let simulated callers try the draft',
  'rehearsal.try': 'Say some lines to a document as a caller; nothing is kept',
  'rehearsal.cases': 'Read the simulated callers that the business wrote itself',
  'rehearsal.setCases': 'Set the simulated callers that the business wrote itself',
  'skill.check': 'Check a skill written as JSON without saving it',
  'playbook.check': 'Check a playbook without saving it',
  'model.download': 'Begin to download a model, or go on with it',
  'model.cancel': 'Stop the download of a model',
  'model.use': 'Serve with another model from now on, without dropping calls',
  'box.status': 'Read what the box does now',
  'box.health': 'Read how the machine under the box does',
  'box.log': 'Download the end of the log, without personal data',
  'box.metrics': 'Read figures in the text format of Prometheus',
  'api.describe': 'Read this description',
};

const verbs: Readonly<Record<string, string>> = {
  list: 'List',
  read: 'Read',
  create: 'Create',
  add: 'Add',
  change: 'Change',
  remove: 'Remove',
  set: 'Set',
  save: 'Save',
};

/** `knownAnswer` → `known answer` */
const spelled = (name: string): string => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function nounOf(name: string): Noun {
  const word = name.split('.')[0] ?? name;
  return nouns[word] ?? noun(capital(`${spelled(word)}s`), spelled(word));
}

/** One line that says what a method does. */
export function summaryOf(name: MethodName): string {
  const sentence = sentences[name];
  if (sentence) return sentence;
  const { one, many } = nounOf(name);
  const verb = name.split('.')[1] ?? '';
  const what = verb === 'list' ? many : one;
  const article = verb === 'list' || /^(?:the|what|how|bans|own|speech) /.test(what) ? '' : indefinite(what);
  return `${verbs[verb] ?? capital(spelled(verb))} ${article}${what}`;
}

const indefinite = (what: string): string => (/^(?:[aeio]|un(?!i))/i.test(what) ? 'an ' : 'a ');

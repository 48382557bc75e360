import type { BoxRole, TenantRole, TokenScope } from '../../engine/api/contract/index.ts';
import { accessStrings } from './strings-access.ts';

/** Users, tokens, the audit log and one's own account. */
export const usersStrings = {
  help: 'Who may sign in, and what they may do.',
  search: 'Search name or e-mail',
  keys: 'j and k move, / searches',
  noMatch: (term: string) => `Nothing matches “${term}”.`,
  save: 'Save',
  saving: 'Saving…',
  cancel: 'Cancel',
  change: 'Change',
  changeOf: (name: string) => `Change ${name}`,
  remove: (name: string) => `Remove ${name}`,
  keep: 'Keep',
  needed: 'This is needed.',
  wrongEmail: 'That is no e-mail address.',
  you: 'you',
  app: 'with an app',
  about: (email: string, role: string) => `${email} · ${role}`,
  seen: (when: string) => `Seen ${when}`,
  neverSeen: 'Not signed in lately',

  members: {
    title: (business: string) => `People of ${business}`,
    none: 'Nobody has an account for this business yet',
    noneHelp: 'Invite whoever answers messages, books or looks after the agent.',
    add: 'Invite somebody',
    email: 'E-mail',
    emailHelp: 'Nothing is sent: you get a link to hand over.',
    role: 'What they may do',
    roles: {
      member: 'Member: the desk’s work – calls, calendar, inbox, callers, knowledge',
      admin: 'Admin: also the agent, phones and the settings of the business',
      owner: 'Owner: also users, tokens and the audit log',
    } satisfies Record<TenantRole, string>,
    removeAsk: (name: string) => `Remove ${name} from the business? They are signed out of it at once.`,
    removeYes: 'Remove',
  },

  users: {
    title: 'People of this box',
    none: 'Nobody',
    noneHelp: 'Invite those who look after the box itself.',
    add: 'Invite to the box',
    roles: {
      technician: 'Technician: trunks, phones, models, status. Never a conversation',
      reseller: 'Reseller: makes businesses and sees how theirs do',
      owner: 'Owner: everything',
    } satisfies Record<BoxRole, string>,
    noRole: 'None: works for businesses only',
    roleOf: (boxRole: BoxRole | null, businesses: number) => {
      const works = businesses === 0 ? '' : `${businesses} ${businesses === 1 ? 'business' : 'businesses'}`;
      return (
        [boxRole === null ? '' : accessStrings.boxRoles[boxRole], works].filter(Boolean).join(', ') ||
        'no role'
      );
    },
    newPassword: 'New password …',
    newPasswordHelp:
      'A link with which they choose a new one, good for a day. It also forgets their app for codes.',
    removeAsk: (name: string) =>
      `Remove ${name}? Their account is gone, in every business. This cannot be undone.`,
    removeYes: 'Remove the account',
  },

  invited: {
    waiting: 'Invited',
    until: (day: string) => `The link is good until ${day}`,
    withdraw: (email: string) => `Withdraw the invitation of ${email}`,
  },

  link: {
    title: (whom: string) => `Hand this link to ${whom}`,
    once: 'It is shown this once, and good for one use.',
    done: 'Done',
  },
};

export const tokensStrings = {
  help: (business: string) => `What lets programs of ${business} use the API. Each sees this business alone.`,
  title: 'Tokens',
  search: 'Search tokens',
  none: 'No token yet',
  noneHelp: 'Make one for each program, with no more rights than it needs.',
  add: 'Make a token',
  name: 'What it is for',
  nameExample: 'Website booking form',
  scopes: 'What it may do',
  needScopes: 'Choose at least one.',
  scope: {
    'calls:read': 'Read calls, transcripts and recordings',
    'calls:write': 'Control calls in progress',
    'appointments:read': 'Read appointments',
    'appointments:write': 'Book, move and cancel appointments',
    'inbox:read': 'Read the inbox',
    'inbox:write': 'Mark what was left as done',
    'callers:read': 'Read callers',
    'callers:write': 'Change and forget callers',
    'knowledge:read': 'Read what the agent knows, and ask it',
    'knowledge:write': 'Change what the agent knows',
    'agent:read': 'Read how the agent is set up',
    'agent:write': 'Change how the agent is set up',
    'analytics:read': 'Read analytics',
  } satisfies Record<TokenScope, string>,
  about: (by: string, scopes: number) => `Made by ${by} · ${scopes} ${scopes === 1 ? 'right' : 'rights'}`,
  used: (when: string) => `Used ${when}`,
  unused: 'Never used',
  revoked: 'Revoked',
  revoke: (name: string) => `Revoke ${name}`,
  revokeAsk: (name: string) =>
    `Revoke ${name}? Programs that use it stop working at once. This cannot be undone.`,
  revokeYes: 'Revoke',
  secret: {
    title: (name: string) => `The token ${name}`,
    once: 'It is shown this once. Programs send it as: Authorization: Bearer …',
    done: 'Done',
  },
};

export const auditStrings = {
  help: 'What people and programs did, in the order in which they did it. Nobody can change it unnoticed.',
  who: 'Search who',
  what: 'Search what',
  none: 'Nothing was done yet',
  noMatch: 'Nothing fits.',
  columns: { when: 'When', who: 'Who', what: 'What', where: 'Business', outcome: 'Outcome' },
  kinds: { user: '', token: 'token', 'command-line': '', nobody: '' },
  box: 'The box',
  outcomes: { done: 'done', asked: 'read', interrupted: 'cut off: it may have come to be or not' },
  more: 'Older entries',
  verify: 'Check the log',
  verifying: 'Checking …',
  whole: (entries: number) => `All ${entries} entries are as they were written.`,
  broken: (sequence: number) =>
    `Entry ${sequence} is not as it was written: somebody changed the log, or the disk failed.`,
  head: 'Mark of the last entry. Noted elsewhere, it also proves that none was cut off since.',
};

export const accountStrings = {
  help: 'Your name, your password, and where you are signed in.',
  signOut: 'Sign out',
  name: { title: 'Name', label: 'Your name', saved: 'Saved.' },
  password: {
    title: 'Password',
    current: 'Password now',
    next: 'New password',
    change: 'Change the password',
    changed: 'Changed. Other browsers are signed out.',
  },
  totp: {
    title: 'A second step',
    off: 'With an app that shows codes, a password alone opens nothing.',
    on: 'Signing in also asks for a code of your app.',
    begin: 'Set up an app',
    end: 'Do without the app',
    scan: 'Scan this with the app, or enter the secret by hand.',
    qr: 'QR code for the app',
    secret: 'Secret',
    code: 'Code that the app shows now',
    wrongCode: 'Six digits, please.',
    password: 'Your password',
    confirm: 'Turn it on',
    recovery:
      'Keep these codes in a safe place. Each lets you in once without the app. They are shown this once.',
    kept: 'I have kept them',
    endAsk: 'Enter your password to do without the app.',
  },
  sessions: {
    title: 'Signed in at',
    here: 'this browser',
    used: (when: string) => `used ${when}`,
    end: (where: string) => `Sign out ${where}`,
    unknown: 'A program',
  },
};

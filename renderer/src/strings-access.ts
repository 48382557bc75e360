import type { BoxRole, TenantRole } from '../../engine/api/contract/index.ts';

/** Signing in, links, and who may do what. */
export const accessStrings = {
  email: 'E-mail',
  password: 'Password',
  name: 'Your name',
  show: 'Show the password',
  hide: 'Hide the password',
  signIn: {
    title: 'Sign in',
    help: 'With the account of your business or of this box.',
    act: 'Sign in',
    acting: 'Signing in …',
    needEmail: 'Enter your e-mail address.',
    needPassword: 'Enter your password.',
    forgotten: 'Forgotten the password? An owner of the box can send you a link for a new one.',
    insecure:
      'This page came over a connection that is not encrypted, so the browser will not keep you signed in. Open it over https, or on the box itself.',
  },
  code: {
    title: 'One more step',
    help: 'Enter the six digits that your app shows, or one of your recovery codes.',
    label: 'Code',
    needed: 'Enter the code.',
    act: 'Continue',
    back: 'Back',
  },
  unowned: {
    title: 'This box has no owner yet',
    help: 'Open the link that the engine printed when it started: it makes your account. To see it again, start the engine anew.',
  },
  links: {
    welcome: {
      title: 'Welcome',
      help: 'This is your box. Make your account; it may do everything.',
      act: 'Make my account',
    },
    invitation: {
      title: (business: string | null) => (business === null ? 'You are invited' : `Join ${business}`),
      help: 'Choose a password to make your account.',
      known: (email: string) => `You have an account: take the invitation as ${email}.`,
      signInFirst: (email: string) => `You have an account. Sign in as ${email} to take the invitation.`,
      act: 'Join',
      other: 'Not now',
    },
    password: {
      title: 'Choose a new password',
      help: 'Other browsers in which you are signed in are signed out. An app for codes has to be set up again.',
      act: 'Save and sign in',
    },
    acting: 'One moment …',
    unusable: 'To the sign-in',
  },
  passwordHelp: (shortest: number) => `At least ${shortest} characters. A sentence is easy to keep in mind.`,
  shortPassword: (shortest: number) => `At least ${shortest} characters, please.`,
  wrongEmail: 'That is no e-mail address.',
  needName: 'Enter your name.',
  nowhere: {
    title: 'You belong to no business yet',
    help: 'The owner of a business can invite you, under Settings, Users.',
  },
  acting: {
    as: (business: string) => `You act as ${business}. What you do is written to its audit log.`,
    left: (minutes: number) => `${minutes} min left`,
    stop: 'Stop',
  },
  boxRoles: {
    owner: 'Owner of the box',
    technician: 'Technician',
    reseller: 'Reseller',
  } satisfies Record<BoxRole, string>,
  tenantRoles: {
    owner: 'Owner',
    admin: 'Admin',
    member: 'Member',
  } satisfies Record<TenantRole, string>,
};

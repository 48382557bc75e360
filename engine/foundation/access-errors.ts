import type { ErrorEntry } from './error-catalogue.ts';

/** Why somebody may not do what they ask for. */
export const accessErrors = {
  sign_in_required: {
    category: 'refused',
    permanent: true,
    apiStatus: 401,
    help: 'Sign in first. A program needs a token of its own: Settings, API tokens.',
  },
  sign_in_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 401,
    help: 'The e-mail address, the password or the code is wrong. An owner of the box can make a new password: npm run voxbox -- users reset-password',
  },
  code_required: {
    category: 'refused',
    permanent: true,
    apiStatus: 401,
    help: 'The account is protected by an app as well. Enter the six digits that it shows, or one of the recovery codes.',
  },
  not_allowed: {
    category: 'refused',
    permanent: true,
    apiStatus: 403,
    help: 'The account has no right to do that. The owner of the business, or of the box, can give it.',
  },
  too_many_requests: {
    category: 'busy',
    permanent: false,
    apiStatus: 429,
    help: 'There were too many requests, or too many wrong passwords. Wait a moment, then try again.',
  },
  link_unusable: {
    category: 'missing',
    permanent: true,
    apiStatus: 410,
    help: 'The link was used already, or it is too old. Ask for a new one; on the box itself: npm run voxbox -- users link',
  },
  user_exists: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'Somebody has an account with that e-mail address already. Change that account, or use another address.',
  },
  last_owner: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'Somebody must be able to give rights. Make somebody else an owner first.',
  },
} as const satisfies Record<string, ErrorEntry>;

import type { ErrorEntry } from './error-catalogue.ts';

/** What can go wrong with the services that recognise speech, speak and write. */
export const providerErrors = {
  provider_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 502,
    help: 'A speech or language service cannot be reached, or broke off. Check its address and the connection; meanwhile the next one of the chain is used.',
  },
  provider_key_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 502,
    help: 'A speech or language service refuses the key: it is wrong, has expired, or its account is used up. Enter a key that is good.',
  },
  provider_request_refused: {
    category: 'input',
    permanent: true,
    apiStatus: 502,
    help: 'A speech or language service does not accept the request: it does not know that model, voice or address. Correct the one that the message names.',
  },
  provider_limited: {
    category: 'busy',
    permanent: false,
    apiStatus: 503,
    help: 'A speech or language service takes no more requests for now: its limit is reached, or it is overloaded. Meanwhile the next one of the chain is used.',
  },
  provider_failed: {
    category: 'broken',
    permanent: false,
    apiStatus: 502,
    help: 'A speech or language service gave no usable answer. Meanwhile the next one of the chain is used; see the log for the reason.',
  },
} as const satisfies Record<string, ErrorEntry>;

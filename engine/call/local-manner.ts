import type { ProfileSnapshot } from '../agent/index.ts';

/** How the box itself speaks for a tenant where no agent does. */
export type LocalManner = Pick<ProfileSnapshot, 'voice' | 'language' | 'speech'>;

/** No more of the profile than that: it crosses to the call worker. */
export const mannerOf = ({ voice, language, speech }: LocalManner): LocalManner => ({
  ...{ voice, language },
  ...(speech ? { speech } : {}),
});

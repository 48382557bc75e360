import type { WhoIs } from './who.ts';

/** Fake: whoever asks is an owner of the box. For tests of what the API does, not of who may ask it. */
export const fakeOwner: WhoIs = ({ address }) => ({
  kind: 'user',
  id: 'fake-owner',
  name: 'Fake owner',
  rights: { boxRole: 'owner', roles: {}, resells: [] },
  session: null,
  address,
});

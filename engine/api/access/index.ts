export { createAccess, type RequestAccess } from './access.ts';
export { type Accounts, createAccounts, newToken, setPassword } from './accounts.ts';
export { type Entrance, makeEntrance } from './entrance.ts';
export { fakeOwner } from './fake-owner.ts';
export { type FakePerson, fakeSession } from './fake-session.ts';
export { createPasswords, type Passwords } from './passwords.ts';
export { serveAccess } from './routes.ts';
export { addMember, inviteMember, passwordLink } from './user-routes.ts';
export { createWhoIs, type Who, type WhoIs } from './who.ts';

export type { Entrance, Who } from './access/index.ts';
export {
  addMember,
  createPasswords,
  fakeOwner,
  makeEntrance,
  newToken,
  passwordLink,
  setPassword,
} from './access/index.ts';
export { changedTenant } from './answers.ts';
export { newTenantOf, removeTenant } from './businesses.ts';
export type { CallActions } from './call-routes.ts';
export type { Desk, DeskParts, DeskRequest } from './desk.ts';
export { askDesk, createDesk } from './desk.ts';
export type { FakeBusiness } from './fake-business.ts';
export { fakeBusiness } from './fake-business.ts';
export type { BoxHealth } from './health.ts';
export type { LineTestParts } from './line.ts';
export type { DefenceView } from './line-status.ts';
export type { LineParts, Lines } from './lines.ts';
export { createLines } from './lines.ts';
export type { LiveCall, LiveCalls, LiveEvent } from './live.ts';
export type { ProviderParts } from './providers.ts';
export type { Api, ApiOptions } from './server.ts';
export { startApi } from './server.ts';
export type { VoiceRouteParts } from './voice-routes.ts';
export type { VoiceVendors } from './voice-vendors.ts';
export { createVoiceVendors } from './voice-vendors.ts';

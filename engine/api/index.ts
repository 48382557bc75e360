export { newTrunk, trunkAnswer } from './answers.ts';
export type { BoxHealth } from './health.ts';
export type { LiveCall, LiveCalls, LiveEvent } from './live.ts';
export type { Api, ApiOptions } from './server.ts';
export { startApi } from './server.ts';

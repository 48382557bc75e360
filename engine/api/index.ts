export type { CallActions } from './call-routes.ts';
export type { BoxHealth } from './health.ts';
export type { LineTestParts } from './line.ts';
export type { DefenceView } from './line-status.ts';
export type { LineParts, Lines } from './lines.ts';
export { createLines } from './lines.ts';
export type { LiveCall, LiveCalls, LiveEvent } from './live.ts';
export type { Api, ApiOptions } from './server.ts';
export { startApi } from './server.ts';

export type { InboundParts } from './inbound.ts';
export { inboundCall } from './inbound.ts';
export type { CallRegistry, LiveCall, LiveEvent, LiveTurn } from './registry.ts';
export { createRegistry } from './registry.ts';
export type { Serving } from './serving.ts';
export { startServing } from './serving.ts';

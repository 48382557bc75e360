export type { Defence, DefenceFigures, DefenceParts, Standing } from './defence.ts';
export { createDefence } from './defence.ts';
export type { DefenceLimits } from './limits.ts';
export { defaultLimits } from './limits.ts';
export type { OutboundDecision, OutboundQuestion, OutboundRefusal } from './outbound-gate.ts';
export { allowOutbound, decideOutbound } from './outbound-gate.ts';

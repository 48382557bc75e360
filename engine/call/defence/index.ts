export type { Defence, DefenceFigures, DefenceParts, Standing } from './defence.ts';
export { createDefence } from './defence.ts';
export { createGuesses } from './guesses.ts';
export type { DefenceLimits } from './limits.ts';
export { defaultLimits } from './limits.ts';
export type { OutboundDecision, OutboundQuestion, OutboundRefusal } from './outbound-gate.ts';
export { allowOutbound, decideOutbound } from './outbound-gate.ts';
export { sourceKey } from './source.ts';
export { type MeteredCall, meterCall } from './spend-meter.ts';

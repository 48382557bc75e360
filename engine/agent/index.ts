export type * from './model.ts';
export { fixedPhrases } from './phrasing/phrase.ts';
export type { ReceptionistOptions } from './receptionist.ts';
export { createReceptionist } from './receptionist.ts';
export { startAgentSession } from './session.ts';
export { shortestEndOfTurnMs } from './session-loop.ts';
export type * from './session-model.ts';
export type { Embed, IntentBank } from './understanding/intents.ts';
export { prepareIntentBank } from './understanding/intents.ts';

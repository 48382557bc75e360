/**
 * What the dialogue waits for. The same words as the agent room's `Expecting`, which this room may not
 * import; TypeScript checks that they agree where the session hands one to the other.
 */
export type Expecting = 'open' | 'yes-no' | 'name' | 'digits' | 'date-time' | 'choice' | 'nothing';

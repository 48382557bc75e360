import type { Admission } from './admission.ts';

/** User of the number that answers and sends back what it hears, without an agent: for tests of a line. */
const echoUser = 'echo';

/**
 * Whether a call is echoed: `sip:echo@…` from the loopback, from a phone of ours or through a trunk that is
 * being tested, and the test's own call on its way back. To anybody else it is a number that does not exist.
 *
 * @param isTestCall whether the call is one that a test of the line has placed
 */
export function isEcho(
  calledUser: string,
  admission: Exclude<Admission, { kind: 'challenge' }>,
  isTestCall: boolean,
): boolean {
  const asked = calledUser.toLowerCase() === echoUser;
  if (admission.by !== 'trunk') return asked;
  return admission.trunk.underTest && (asked || isTestCall);
}

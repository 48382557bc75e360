import type { Reading } from './understanding/reading.ts';

/**
 * What the caller said, with what the staff have whispered where the caller left it open. Of a hint only a service and
 * a time are taken, as if the caller had wished for them: they are offered and read back like any other. A yes, a name
 * and a number come from the caller alone.
 */
export function hinted(said: Reading, hint: Reading | null): Reading {
  if (hint === null || said.when?.noSuch) return said;
  const service = said.service ?? hint.service;
  const when = said.when ?? hint.when;
  if (service === said.service && when === said.when) return said;
  return { ...said, service, when };
}

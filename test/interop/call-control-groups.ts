import { afterAll, afterEach, beforeEach, describe } from 'vitest';
import { type CallHouse, startCallHouse } from './call-control-house.ts';
import type { ControlServer } from './peers/control-servers.ts';

/** Groups of calls over a server beside each other, for they mostly wait: each at a house of its own. */
export async function callsOver(
  server: ControlServer,
  groups: readonly ((house: CallHouse) => void)[],
): Promise<void> {
  for (const cases of groups) {
    const house = await startCallHouse({ server });
    describe.concurrent(`over ${server.name}`, { retry: 0 }, () => {
      beforeEach(() => house.reset());
      afterEach(() => house.clear());
      afterAll(() => house.stop());
      cases(house);
    });
  }
}

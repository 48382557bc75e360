import { it } from 'vitest';
import { callControlCases } from './call-control-cases.ts';
import { conferenceCases } from './call-control-conference-cases.ts';
import { callsOver } from './call-control-groups.ts';
import { transferCases } from './call-control-transfer-cases.ts';
import { trunkCallCases } from './call-control-trunks-cases.ts';
import { drachtioServer, separateServer } from './peers/control-servers.ts';
import { phoneCallCases } from './phone-calls-cases.ts';

const groups = [callControlCases, conferenceCases, transferCases, phoneCallCases, trunkCallCases];

/** The same calls, where the settings name a SIP server outside of the box. */
for (const server of [separateServer, drachtioServer]) {
  if (server.missing === '') await callsOver(server, groups);
  else it.skip(`calls over ${server.name}${server.missing}`, () => {});
}

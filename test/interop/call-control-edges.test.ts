import { conferenceCases } from './call-control-conference-cases.ts';
import { hoursCases } from './call-control-hours-cases.ts';
import { startCallHouse } from './call-control-house.ts';
import { transferCases } from './call-control-transfer-cases.ts';
import { embeddedServer } from './peers/control-servers.ts';

for (const cases of [conferenceCases, transferCases, hoursCases])
  cases(await startCallHouse(), embeddedServer.name);

import { conferenceCases } from './call-control-conference-cases.ts';
import { startCallHouse } from './call-control-house.ts';
import { transferCases } from './call-control-transfer-cases.ts';
import { embeddedServer } from './peers/control-servers.ts';

for (const cases of [conferenceCases, transferCases]) cases(await startCallHouse(), embeddedServer.name);

import { startCallHouse } from './call-control-house.ts';
import { trunkCallCases } from './call-control-trunks-cases.ts';
import { embeddedServer } from './peers/control-servers.ts';

trunkCallCases(await startCallHouse(), embeddedServer.name);

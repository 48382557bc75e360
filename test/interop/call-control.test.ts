import { callControlCases } from './call-control-cases.ts';
import { startCallHouse } from './call-control-house.ts';
import { embeddedServer } from './peers/control-servers.ts';

callControlCases(await startCallHouse(), embeddedServer.name);

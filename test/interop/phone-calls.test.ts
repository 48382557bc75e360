import { startCallHouse } from './call-control-house.ts';
import { embeddedServer } from './peers/control-servers.ts';
import { phoneCallCases } from './phone-calls-cases.ts';

phoneCallCases(await startCallHouse(), embeddedServer.name);

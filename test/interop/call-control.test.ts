import { callControlCases } from './call-control-cases.ts';
import { conferenceCases } from './call-control-conference-cases.ts';
import { callsOver } from './call-control-groups.ts';
import { hoursCases } from './call-control-hours-cases.ts';
import { transferCases } from './call-control-transfer-cases.ts';
import { trunkCallCases } from './call-control-trunks-cases.ts';
import { embeddedServer } from './peers/control-servers.ts';
import { phoneCallCases } from './phone-calls-cases.ts';
import { trunkSignallingCases } from './trunk-signalling-cases.ts';

await callsOver(embeddedServer, [
  ...[callControlCases, conferenceCases, transferCases],
  ...[phoneCallCases, trunkCallCases, trunkSignallingCases, hoursCases],
]);

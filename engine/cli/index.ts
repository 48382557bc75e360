import { isVoxboxError, VoxboxError } from '../foundation/index.ts';
import {
  appointmentsApprove,
  appointmentsCancel,
  appointmentsDecline,
  appointmentsList,
  appointmentsMove,
  appointmentsReminded,
  appointmentsReminders,
} from './appointments.ts';
import { readArguments } from './arguments.ts';
import { auditList, auditVerify } from './audit.ts';
import { bansLift, bansList } from './bans.ts';
import {
  callsConference,
  callsHangUp,
  callsHold,
  callsPress,
  callsRecord,
  callsResume,
  callsTransfer,
} from './call-actions.ts';
import { callersChange, callersForget, callersList, callersMemory, callersShow } from './callers.ts';
import { callsList, callsShow } from './calls.ts';
import { type CliIo, type CliParts, type Command, UsageError } from './command.ts';
import { doNotCallAdd, doNotCallList, doNotCallRemove } from './do-not-call.ts';
import { doctor } from './doctor.ts';
import { commandHelp, overview } from './help.ts';
import { holidaysAdd, holidaysList, holidaysRemove } from './holidays.ts';
import { inboxDone, inboxList, inboxReopen } from './inbox.ts';
import {
  knowledgeAdd,
  knowledgeAnswer,
  knowledgeAsk,
  knowledgeDismiss,
  knowledgeList,
  knowledgeRemove,
  knowledgeUnanswered,
} from './knowledge.ts';
import { lineLadder, lineTest } from './line.ts';
import { linesList } from './lines.ts';
import { mailOff, mailSet, mailShow, mailTry } from './mail.ts';
import { modelsList, modelsPull, modelsUse } from './models.ts';
import { outboundSet, outboundShow } from './outbound.ts';
import { overflowSet, overflowShow } from './overflow.ts';
import { phonesAdd, phonesList, phonesRemove } from './phones.ts';
import { playbookCheck, playbookSet, playbookShow, professionsList } from './playbook.ts';
import { rehearseTenant } from './rehearse.ts';
import { ringGroupsAdd, ringGroupsChange, ringGroupsList, ringGroupsRemove } from './ring-groups.ts';
import { serve } from './serve.ts';
import { tenantsExport, tenantsRestore } from './tenant-files.ts';
import { tenantsChange, tenantsCreate, tenantsList, tenantsRemove } from './tenants.ts';
import {
  transferTargetsAdd,
  transferTargetsChange,
  transferTargetsList,
  transferTargetsRemove,
} from './transfer-targets.ts';
import { trunksAdd, trunksChange } from './trunk-changes.ts';
import { trunksList, trunksPresets, trunksRemove, trunksShow } from './trunks.ts';
import { usersAdd, usersLink, usersList, usersResetPassword } from './users.ts';

export type { CliIo, CliParts } from './command.ts';

const commands: readonly Command[] = [
  serve,
  modelsList,
  modelsPull,
  modelsUse,
  tenantsList,
  tenantsCreate,
  tenantsChange,
  tenantsExport,
  tenantsRestore,
  tenantsRemove,
  trunksList,
  trunksShow,
  trunksPresets,
  trunksAdd,
  trunksChange,
  trunksRemove,
  linesList,
  lineTest,
  lineLadder,
  phonesList,
  phonesAdd,
  phonesRemove,
  ringGroupsList,
  ringGroupsAdd,
  ringGroupsChange,
  ringGroupsRemove,
  transferTargetsList,
  transferTargetsAdd,
  transferTargetsChange,
  transferTargetsRemove,
  bansList,
  bansLift,
  outboundShow,
  outboundSet,
  overflowShow,
  overflowSet,
  callsList,
  callsShow,
  callsTransfer,
  callsConference,
  callsHold,
  callsResume,
  callsRecord,
  callsPress,
  callsHangUp,
  callersList,
  callersShow,
  callersForget,
  callersChange,
  callersMemory,
  appointmentsList,
  appointmentsMove,
  appointmentsCancel,
  appointmentsApprove,
  appointmentsDecline,
  appointmentsReminders,
  appointmentsReminded,
  holidaysList,
  holidaysAdd,
  holidaysRemove,
  mailShow,
  mailSet,
  mailTry,
  mailOff,
  knowledgeAdd,
  knowledgeList,
  knowledgeRemove,
  knowledgeAsk,
  knowledgeUnanswered,
  knowledgeAnswer,
  knowledgeDismiss,
  inboxList,
  inboxDone,
  inboxReopen,
  doNotCallList,
  doNotCallAdd,
  doNotCallRemove,
  professionsList,
  playbookShow,
  playbookSet,
  playbookCheck,
  usersList,
  usersAdd,
  usersResetPassword,
  usersLink,
  auditList,
  auditVerify,
  rehearseTenant,
  doctor,
];

/**
 * Runs one command. Results go to `io.out`, one line for a failure to `io.err`.
 *
 * @param argv without the program's name
 * @returns the exit code: 0, 1 for a failure, 2 for a command line that was not understood
 */
export async function runCli(argv: readonly string[], parts: CliParts): Promise<number> {
  const { io } = parts;
  try {
    const found = find(argv);
    if (!found) return explain(argv, io);
    const call = readArguments(found.command, found.rest, parts);
    if (call.has('help')) {
      io.out(commandHelp(found.command));
      return 0;
    }
    return await found.command.run(call);
  } catch (error) {
    return complain(error, argv, io);
  }
}

function find(argv: readonly string[]): { command: Command; rest: string[] } | null {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = commands.find((one) => one.name === name);
    if (command) return { command, rest: argv.slice(words) };
  }
  return null;
}

/** No command: the overview, or the part of it that begins with the word given. */
function explain(argv: readonly string[], io: CliIo): number {
  const [first] = argv;
  const asked = argv.includes('--help') || first === 'help';
  const nouns = commands.filter(({ name }) => name.split(' ')[0] === first);
  if (first === undefined || asked) {
    (asked ? io.out : io.err)(overview(nouns.length > 0 ? nouns : commands));
    return asked ? 0 : 2;
  }
  const tried = argv.slice(0, nouns.length > 0 ? 2 : 1).join(' ');
  throw new VoxboxError('command_unknown', `there is no command "${tried}".`);
}

function complain(error: unknown, argv: readonly string[], io: CliIo): number {
  if (error instanceof UsageError) {
    const name = find(argv)?.command.name;
    io.err(`voxbox: ${error.message} See: voxbox ${name ? `${name} ` : ''}--help\n`);
    return 2;
  }
  if (isVoxboxError(error)) {
    io.err(`voxbox: ${sentence(error.message)} ${error.entry.help}\n`);
    return error.code === 'command_unknown' ? 2 : 1;
  }
  // Not an expected failure: whoever mends it needs to know where it happened.
  io.err(
    `voxbox: unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

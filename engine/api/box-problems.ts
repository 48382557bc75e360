import type { BoxProblem, BoxStatus, LineStatus } from './contract/index.ts';
import type { MachineSample } from './machine.ts';

const GiB = 2 ** 30;
/** A recorded hour takes about 115 MB. */
const littleDiskBytes = 5 * GiB;
const noDiskBytes = GiB;
const fullMemory = 0.93;
const hotC = 88;
const lateMs = 200;

const inGB = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const broken: readonly LineStatus['status'][] = ['down', 'refused', 'unreachable', 'stopped'];

/** What is wrong with the box, what it means for callers and what to do; faults first. */
export function boxProblems(seen: {
  readonly machine: MachineSample;
  readonly status: BoxStatus;
  readonly lines: readonly LineStatus[];
}): BoxProblem[] {
  const { machine, status, lines } = seen;
  const problems = [
    ...status.problems.map(modelProblem),
    ...diskProblems(machine.disk),
    ...lineProblems(lines),
    ...loadProblems(machine, status),
  ];
  return problems.toSorted(
    (one, other) => Number(one.severity !== 'fault') - Number(other.severity !== 'fault'),
  );
}

const modelProblem = (what: string): BoxProblem => ({
  severity: 'fault',
  what,
  means: 'The receptionist cannot answer. Calls between people go on.',
  todo: 'The box tries again by itself every 15 seconds. If it stays, read the log.',
});

function diskProblems({ totalBytes, freeBytes }: MachineSample['disk']): BoxProblem[] {
  if (totalBytes === 0 || freeBytes >= littleDiskBytes) return [];
  return [
    {
      severity: freeBytes < noDiskBytes ? 'fault' : 'warning',
      what: `Only ${inGB(freeBytes)} are free on the disk with the data.`,
      means: 'Once it is full nothing can be booked or recorded: callers are asked to call again.',
      todo: 'Delete what is not needed on that disk, or move the data directory to a larger one.',
    },
  ];
}

function lineProblems(lines: readonly LineStatus[]): BoxProblem[] {
  const enabled = lines.filter(({ status }) => status !== 'disabled');
  const out = enabled.filter(({ status }) => broken.includes(status));
  const none = out.length === enabled.length;
  return out.map(({ name, reason }) => ({
    severity: none ? 'fault' : 'warning',
    what: `The line ${name} does not work${reason === null ? '' : `: ${reason}`}.`,
    means: none
      ? 'No line works: nobody from outside reaches the receptionist, and no call goes out.'
      : 'Calls that come through it do not arrive. Outgoing calls take the next line.',
    todo: 'Test the line under Numbers & trunks: it says which step fails.',
  }));
}

function loadProblems({ cpu, memory, gpus, delayMs }: MachineSample, status: BoxStatus): BoxProblem[] {
  const problems: BoxProblem[] = [];
  const warn = (what: string, means: string, todo: string): void => {
    problems.push({ severity: 'warning', what, means, todo });
  };
  if (status.capacity !== null && status.callsNow >= status.capacity) {
    warn(
      `The box carries ${status.callsNow} calls, as many as it may.`,
      'Further callers get what the business chose for a full box: a busy tone, a message, or a group of phones.',
      'If this happens often, raise maxCalls in the configuration, or take a larger machine.',
    );
  }
  if (memory.usedBytes > memory.totalBytes * fullMemory) {
    warn(
      `The memory is nearly full: ${inGB(memory.totalBytes - memory.usedBytes)} are left.`,
      'Answers may come late, and the system may end a program to make room.',
      'Close other programs on this machine, or choose smaller models.',
    );
  }
  const hot = [cpu, ...gpus].filter(({ temperatureC }) => (temperatureC ?? 0) >= hotC);
  for (const { name, temperatureC } of hot) {
    warn(
      `${name} is at ${Math.round(temperatureC ?? 0)} °C.`,
      'A chip that is too hot slows itself down: answers come later.',
      'Clean the fans, and give the machine some air.',
    );
  }
  if (delayMs !== null && delayMs >= lateMs) {
    warn(
      `The engine was ${delayMs} ms late with its work.`,
      'A call may ring a moment longer. Its sound is carried by another program and stays in time.',
      'Close other programs on this machine. If it stays, allow fewer calls at the same time.',
    );
  }
  return problems;
}

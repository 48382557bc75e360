import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** What the system allowed: before all ordinary work, before ordinary work of less importance, or nothing. */
export type ThreadPriority = 'real-time' | 'raised' | 'ordinary';

/** Low among real-time priorities (1–99): before all ordinary work, behind what the system itself runs there. */
const realTimePriority = '10';

/**
 * Lets the calling thread run as soon as it has something to do, whatever else the machine computes: for threads that
 * sleep most of the time and must not wake late. On Linux by real-time scheduling (SCHED_RR) where the process may
 * (root, CAP_SYS_NICE or a limit RTPRIO), not passed on to the threads that it starts; else by a raised priority, which
 * on other systems is the whole process's. Blocks for some milliseconds.
 */
export function runFirst(): ThreadPriority {
  if (process.platform === 'linux') {
    try {
      const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
      const args = ['--rr', '--reset-on-fork', '--pid', realTimePriority, thread];
      execFileSync('chrt', args, { stdio: 'ignore', timeout: 2000 });
      return 'real-time';
    } catch {
      // Not allowed, or a system without chrt.
    }
  }
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
    return 'raised';
  } catch {
    return 'ordinary';
  }
}

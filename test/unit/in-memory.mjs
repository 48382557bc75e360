import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
const neededBytes = 2 * 2 ** 30;

/**
 * The quick tests make hundreds of boxes, and wait for the disk at every write: where the machine has a file system
 * in memory, with room, their folders lie there. What a disk does to data is tried by the long ones, on a real one.
 *
 * @param {import('vitest/node').TestProject} project
 */
export default function folderInMemory(project) {
  if (!existsSync(memory)) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < neededBytes) return;
  const folder = mkdtempSync(join(memory, 'voxbox-unit-'));
  project.config.env = { ...project.config.env, TMPDIR: folder };
  return () => rmSync(folder, { recursive: true, force: true });
}

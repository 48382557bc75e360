import { VoxboxError } from './errors.ts';

/** @throws VoxboxError `deadline_exceeded` when the work is not done by then; what it does later is nobody's business */
export async function within<T>(work: Promise<T>, limitMs: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new VoxboxError('deadline_exceeded', message)), limitMs);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

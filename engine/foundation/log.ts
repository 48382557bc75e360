import { pino } from 'pino';

/**
 * Structured log: constant message + fields. Personal data only under `pii.`, which is removed
 * unless the box's owner asks for it.
 */
export type Log = Pick<pino.Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(fields: Record<string, unknown>): Log;
};

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** File to append to; standard error when absent. */
  readonly file?: string;
  /** Keeps what stands under `pii` (off unless the owner asks for it). */
  readonly keepPersonalData?: boolean;
}

export function createLog(options: LogOptions): Log {
  const destination = pino.destination(
    options.file ? { dest: options.file, mkdir: true, append: true, sync: false } : { dest: 2, sync: true },
  );
  // A full disk must not end the engine because a line could not be logged.
  destination.on('error', () => {});
  return pino(
    {
      level: options.level,
      base: { pid: process.pid },
      ...(options.keepPersonalData ? {} : { redact: { paths: ['pii', '*.pii'], remove: true } }),
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}

export const silentLog: Log = pino({ level: 'silent' });

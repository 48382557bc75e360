import { initializeLogger, loggerOptions } from '@livekit/agents';

/**
 * LiveKit's classes refuse to work without its process-wide logger. What matters is reported through
 * our own log by the code that uses them, so theirs stays silent unless somebody set it up before.
 */
export function quietLiveKit(): void {
  if (loggerOptions() === undefined) initializeLogger({ pretty: false, level: 'silent' });
}

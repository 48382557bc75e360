export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export type { Config, ModelFetchEnvironment } from './config.ts';
export { configSchema, defaultDataDir, loadConfig, modelFetchEnvironment, splitHostPort } from './config.ts';
export type { ErrorCategory, ErrorCode, ErrorEntry, ErrorShape } from './errors.ts';
export {
  errorCatalogue,
  fromErrorShape,
  hasCode,
  isVoxboxError,
  toErrorShape,
  VoxboxError,
} from './errors.ts';
export type { DomainEvent, DomainEventType, StoredEvent } from './events.ts';
export type { Ids } from './ids.ts';
export { isUuid, systemIds, uuidV7 } from './ids.ts';
export type { Log, LogOptions } from './log.ts';
export { createLog, silentLog } from './log.ts';
export type { ThreadPriority } from './thread-priority.ts';
export { runFirst } from './thread-priority.ts';

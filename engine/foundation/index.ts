export type { BreakerLimits, BreakerState } from './breaker.ts';
export { CircuitBreaker, usualBreakerLimits } from './breaker.ts';
export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export type { Config, ModelFetchEnvironment } from './config.ts';
export {
  configSchema,
  defaultDataDir,
  environmentWith,
  keepCompiledCode,
  loadConfig,
  modelFetchEnvironment,
  splitHostPort,
} from './config.ts';
export type { ErrorCategory, ErrorCode, ErrorEntry } from './error-catalogue.ts';
export { errorCatalogue } from './error-catalogue.ts';
export type { ErrorShape } from './errors.ts';
export {
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
export { pauses } from './pauses.ts';
export type { Service } from './provider-faults.ts';
export { askService, faultOf, faultOfStatus, urlOf } from './provider-faults.ts';
export type { Candidate, Health, HealthBook, ProviderHealth } from './provider-health.ts';
export { createHealthBook, Tries } from './provider-health.ts';
export { checkedLookup, createPublicAddressCheck } from './public-address.ts';
export type { ThreadPriority } from './thread-priority.ts';
export { runFirst } from './thread-priority.ts';
export { productVersion } from './version.ts';
export { within } from './within.ts';

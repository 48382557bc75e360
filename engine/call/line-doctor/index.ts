/** Tries a trunk out and says in one sentence what is wrong with it. */
export { diagnose } from './diagnose.ts';
export type { LineDoctor, LineProgress, LineReport, LineTestOptions } from './doctor.ts';
export { createLineDoctor } from './doctor.ts';
export { createLadderLookup, type LadderAnswer } from './ladder-lookup.ts';
export type {
  CheckResult,
  Diagnosis,
  Finding,
  LineCheck,
  LineFault,
  LineTrunk,
  Observations,
} from './model.ts';
export type { NetworkProbe } from './network.ts';
export type { LineDoctorPorts, LineTimings } from './ports.ts';
export { createTraceBook, type TraceBook } from './trace-book.ts';

export type { AfterCallParts, AfterCallRunner } from './after-call.ts';
export { startAfterCall } from './after-call.ts';
export { recordingFormat, silenceRecording } from './after-call-recording.ts';
export type { CallControls, TransferOrder } from './controls-model.ts';
export type { Defence, DefenceFigures, OutboundDecision } from './defence/index.ts';
export { allowOutbound, createDefence, createGuesses, decideOutbound, sourceKey } from './defence/index.ts';
export { keepGreetingsReady } from './greetings.ts';
export { inboundCall } from './inbound.ts';
export type {
  LineDoctor,
  LineDoctorPorts,
  LineProgress,
  LineReport,
  LineTestOptions,
  TraceBook,
} from './line-doctor/index.ts';
export { createLadderLookup, createLineDoctor, createTraceBook } from './line-doctor/index.ts';
export type { Placing } from './placed-call.ts';
export { createPlacing } from './placed-call.ts';
export type { PresetField, TrunkPreset } from './presets/index.ts';
export { findPreset, listPresets, presetFieldNames, trunkFromPreset } from './presets/index.ts';
export type { ProviderVerdict } from './provider-test.ts';
export { testProvider } from './provider-test.ts';
export type { ProviderAccess } from './providers.ts';
export { healthId } from './providers.ts';
export type { CallRegistry, LiveCall, LiveEvent, LiveTurn } from './registry.ts';
export { createRegistry } from './registry.ts';
export { snapshotOf } from './router.ts';
export type { Serving } from './serving.ts';
export { startServing } from './serving.ts';
export { askExternal, startSignalling, tlsTrustOf } from './signalling.ts';
export type { Ear, Listening } from './staff-seat.ts';
export { StaffSeat } from './staff-seat.ts';
export { type CallTaking, takeCalls } from './take-calls.ts';
export type { InboundParts } from './taken-call.ts';
export type { TalkOrder } from './talk.ts';
export { createTalks, type Talks } from './talks.ts';
export type { RunToolParts } from './tools.ts';
export { runTool } from './tools.ts';
export { toolsByName } from './tools-by-name.ts';
export type { TransferEnd } from './transfer.ts';
export type { ConnectTo } from './transfer-target.ts';
export type { Line, TrunkLines } from './trunk-lines.ts';
export { startTrunkLines } from './trunk-lines.ts';

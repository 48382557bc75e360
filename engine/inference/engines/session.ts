import { InferenceSession } from 'onnxruntime-node';
import type { Placement } from '../placement.ts';

/** Execution providers that use a graphics processor, by platform, and what we call the device. */
const gpuProviders: Readonly<Record<string, { readonly provider: string; readonly device: string }>> = {
  linux: { provider: 'cuda', device: 'cuda' },
  win32: { provider: 'dml', device: 'directml' },
  darwin: { provider: 'coreml', device: 'coreml' },
};

export interface OpenedSession {
  readonly session: InferenceSession;
  readonly device: string;
  /** Why it is not on a better device. */
  readonly deviceReason?: string;
}

/**
 * Opens an ONNX or ORT file in the way that suits short requests beside a telephone call, on the processor
 * when the graphics processor cannot be used after all.
 */
export async function openSession(
  path: string,
  { threads, placement }: { readonly threads: number; readonly placement: Placement },
): Promise<OpenedSession> {
  const gpu = gpuProviders[process.platform];
  let deviceReason = placement.reason;
  if (placement.on === 'gpu') {
    try {
      if (!gpu) throw new Error(`there is none for ${process.platform}`);
      const session = await InferenceSession.create(path, {
        ...options(threads),
        executionProviders: [gpu.provider],
      });
      return { session, device: gpu.device };
    } catch (error) {
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
      deviceReason = `onnxruntime cannot use the graphics processor here: ${line}`;
    }
  }
  const session = await InferenceSession.create(path, { ...options(threads), executionProviders: ['cpu'] });
  return { session, device: 'cpu', deviceReason };
}

const options = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: true,
  // shapes differ from request to request: a pattern would never be used again
  enableMemPattern: false,
  logSeverityLevel: 3,
  // idle threads must not burn the core that the audio needs
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

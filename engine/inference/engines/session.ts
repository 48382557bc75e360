import { InferenceSession } from 'onnxruntime-node';

/** Opens an ONNX or ORT file on the CPU, in the way that suits short requests beside a telephone call. */
export async function openSession(path: string, threads: number): Promise<InferenceSession> {
  return await InferenceSession.create(path, {
    executionProviders: ['cpu'],
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
}

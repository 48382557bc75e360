import { availableParallelism } from 'node:os';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';

/** How the work is spread over one machine. */
export interface DevicePlan {
  /** Threads of one onnxruntime session. */
  readonly sessionThreads: number;
  /** Recognitions at the same time; each holds its own copy of the model. */
  readonly sttSlots: number;
  readonly ttsSlots: number;
  /** Generations at the same time, batched by llama.cpp. */
  readonly llmSlots: number;
  readonly llmThreads: number;
}

/**
 * @param threads fixes the threads of the language model
 */
export function planDevice(threads?: number, cores = availableParallelism()): DevicePlan {
  return {
    sessionThreads: cores >= 4 ? 2 : 1,
    sttSlots: Math.min(4, Math.max(1, Math.floor(cores / 4))),
    ttsSlots: Math.min(4, Math.max(1, Math.floor(cores / 4))),
    llmSlots: 2,
    // one core is left to the audio, where there is one to leave
    llmThreads: threads ?? Math.min(8, Math.max(1, cores - 1)),
  };
}

/** Opens llama.cpp on the best device that is really there. Nothing is downloaded or compiled. */
export async function openLlama(): Promise<Llama> {
  const options = {
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
  } as const;
  const llama = await getLlama({ ...options, gpu: 'auto' });
  // a Vulkan loader without a device counts as a GPU there, and costs time for nothing
  if (llama.gpu === false || (await llama.getGpuDeviceNames()).length > 0) return llama;
  await llama.dispose();
  return await getLlama({ ...options, gpu: false });
}

export const deviceName = (llama: Llama): string => (llama.gpu === false ? 'cpu' : llama.gpu);

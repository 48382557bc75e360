import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import type { DeviceReport } from './contract.ts';
import { budgetOf, speedClassOf } from './placement.ts';

/** How the work is spread over one machine. */
export interface DevicePlan {
  /** Threads of one onnxruntime session. */
  readonly sessionThreads: number;
  /** Recognitions at the same time; each holds its own copy of the model. */
  readonly sttSlots: number;
  readonly ttsSlots: number;
  /** Generations at the same time, batched by llama.cpp. */
  readonly llmSlots: number;
  /** Conversations whose prompts are kept; each has its own room in the language model's memory. */
  readonly llmDialogues: number;
  readonly llmThreads: number;
}

/**
 * @param threads fixes the threads of the language model
 */
export function planDevice(threads?: number, cores = availableParallelism()): DevicePlan {
  return {
    sessionThreads: Math.min(2, cores),
    sttSlots: Math.min(4, Math.max(1, Math.floor(cores / 4))),
    ttsSlots: Math.min(4, Math.max(1, Math.floor(cores / 4))),
    llmSlots: 2,
    llmDialogues: cores >= 8 ? 8 : 4,
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

/** A graphics processor as the probe sees it now; null where there is none that models can run on. */
export interface Gpu {
  readonly kind: 'cuda' | 'vulkan' | 'metal';
  readonly name: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
}

export async function probeGpu(llama: Llama): Promise<Gpu | null> {
  if (llama.gpu === false) return null;
  const [names, { total, used }] = await Promise.all([llama.getGpuDeviceNames(), llama.getVramState()]);
  return { kind: llama.gpu, name: names.join(', '), totalBytes: total, usedBytes: used };
}

/** What the models run on, best first. */
export function deviceReports(
  gpu: Gpu | null,
  models: readonly { readonly id: string; readonly device: string }[],
): DeviceReport[] {
  const onCpu = models.filter(({ device }) => device === 'cpu');
  const totalBytes = totalmem();
  const cpu: DeviceReport = {
    kind: 'cpu',
    name: `${cpus()[0]?.model.trim() ?? 'processor'}, ${availableParallelism()} cores`,
    totalBytes,
    usedBytes: totalBytes - freemem(),
    budgetBytes: Math.round(totalBytes * 0.75),
    speedClass: 'tiny',
    models: onCpu.map(({ id }) => id),
  };
  if (!gpu) return [cpu];
  const onGpu = models.filter(({ device }) => device !== 'cpu').map(({ id }) => id);
  const speedClass = speedClassOf(gpu.totalBytes);
  return [{ ...gpu, budgetBytes: budgetOf(gpu), speedClass, models: onGpu }, cpu];
}

import { VoxboxError } from '../../engine/foundation/index.ts';
import type { InferenceOptions } from '../../engine/inference/index.ts';
import { QuickInference } from './call-control-party.ts';

export type Stage = 'transcribe' | 'endOfTurn' | 'embed' | 'synthesise' | 'generate';

/** Fake models whose stages can be stalled (no answer, ever) or killed (refused at once), from one moment to the next. */
export class FaultyInference extends QuickInference {
  readonly faults = new Map<Stage, 'stall' | 'kill'>();

  override async transcribe(...given: Parameters<QuickInference['transcribe']>) {
    await this.#meet('transcribe', given[1]);
    return super.transcribe(...given);
  }

  override async endOfTurn(...given: Parameters<QuickInference['endOfTurn']>) {
    await this.#meet('endOfTurn', given[1]);
    return super.endOfTurn(...given);
  }

  override async embed(...given: Parameters<QuickInference['embed']>) {
    await this.#meet('embed', given[1]);
    return super.embed(...given);
  }

  override async synthesise(...given: Parameters<QuickInference['synthesise']>) {
    await this.#meet('synthesise', given[1]);
    return super.synthesise(...given);
  }

  override async generate(...given: Parameters<QuickInference['generate']>) {
    await this.#meet('generate', given[1]);
    return super.generate(...given);
  }

  async #meet(stage: Stage, { signal, timeoutMs }: InferenceOptions): Promise<void> {
    const fault = this.faults.get(stage);
    if (fault === 'kill')
      throw new VoxboxError('inference_unavailable', 'the process with the models has stopped');
    if (fault !== 'stall') return;
    await new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new VoxboxError('aborted', 'withdrawn')), {
        once: true,
      });
      if (timeoutMs === undefined) return;
      setTimeout(() => reject(new VoxboxError('deadline_exceeded', `${stage} took too long`)), timeoutMs);
    });
  }
}

import type { CallAudio } from '../agent/index.ts';
import type { LegRateHz } from '../media/index.ts';
import { closingFrames } from './agent-audio.ts';
import type { CarriedLeg } from './carried-leg.ts';

type OpenHearing = (audio: Pick<CallAudio, 'onAudio'>) => { readonly stop: () => void };

/**
 * Hears a person of the staff as the caller does: what goes out on the caller's leg, while they talk in the agent's
 * place. The leg is tapped meanwhile, for they listen to it.
 */
export class StaffEar {
  readonly #listeners: Parameters<CallAudio['onAudio']>[0][] = [];
  readonly #open: OpenHearing;
  #hearing: ReturnType<OpenHearing> | null = null;
  #isThere = false;
  #last: { samples: number; rateHz: LegRateHz } = { samples: 160, rateHz: 8000 };

  /** @param open begins to recognise; for the first who comes */
  constructor({ media }: Pick<CarriedLeg, 'media'>, open: OpenHearing) {
    this.#open = open;
    media.on('sound', (both, rateHz) => {
      if (!this.#isThere) return;
      const ours = new Int16Array(both.length / 2);
      for (let i = 0; i < ours.length; i += 1) ours[i] = both[2 * i + 1] ?? 0;
      this.#last = { samples: ours.length, rateHz };
      this.#tell(ours, rateHz);
    });
  }

  present(isThere: boolean): void {
    if (isThere === this.#isThere) return;
    this.#isThere = isThere;
    if (isThere) this.#hearing ??= this.#open({ onAudio: (listener) => void this.#listeners.push(listener) });
    else
      for (let i = 0; i < closingFrames; i += 1)
        this.#tell(new Int16Array(this.#last.samples), this.#last.rateHz);
  }

  /** Idempotent. A sentence that was not over yet is still told. */
  stop(): void {
    this.#isThere = false;
    this.#hearing?.stop();
    this.#hearing = null;
  }

  #tell(samples: Int16Array, rateHz: LegRateHz): void {
    for (const listener of this.#listeners) listener(samples, rateHz);
  }
}

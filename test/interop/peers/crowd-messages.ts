/** What passes between a crowd of callers and the thread that they ring from. */

export type ToCrowd =
  /** All at once. */
  | { readonly kind: 'ring'; readonly order: number; readonly targets: readonly string[] }
  | { readonly kind: 'hang-up'; readonly order: number; readonly calls: readonly number[] }
  /** From now on the gaps between packets and the lost ones are counted anew. */
  | { readonly kind: 'count'; readonly on: boolean }
  | { readonly kind: 'report'; readonly order: number };

export type FromCrowd =
  | { readonly kind: 'rung'; readonly order: number; readonly answers: readonly CrowdAnswer[] }
  | { readonly kind: 'done'; readonly order: number }
  | { readonly kind: 'reported'; readonly order: number; readonly cadences: readonly Cadence[] };

export interface CrowdAnswer {
  readonly call: number;
  /** 200, or what the call was refused with; 408 where nothing came. */
  readonly status: number;
  readonly retryAfterS: number | null;
}

/** How one answered call sounds to its caller. */
export interface Cadence {
  readonly call: number;
  /** The other side has hung up. */
  readonly ended: boolean;
  readonly voicedMs: number;
  /** Where its audio comes to. */
  readonly rtpPort: number;
  /** While it was counted: distance of each gap between two packets from 20 ms, as the caller's thread had them. */
  readonly deviationsMs: Float64Array;
  readonly lost: number;
}

/** The number that a caller of the crowd rings from. */
export const crowdNumber = (call: number): string => `+1415555${1000 + call}`;

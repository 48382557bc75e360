import { faultOf, type Service, VoxboxError } from '../../foundation/index.ts';
import type { Speech } from '../ports.ts';

/**
 * Bare 16-bit little-endian samples of an answer, as they arrive.
 *
 * @throws VoxboxError `provider_failed` for an answer that is no such audio, `provider_unreachable` when it breaks
 *   off, `aborted`
 */
export async function* pcmPieces(
  response: Response,
  { service, sampleRateHz, signal }: { service: Service; sampleRateHz: number; signal?: AbortSignal },
): AsyncGenerator<Speech> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || /json|text|html|mpeg|wav/.test(type)) {
    await response.body?.cancel().catch(() => {});
    throw new VoxboxError('provider_failed', `${service.name} answered with ${type || 'nothing'}, no audio`);
  }
  let rest = Buffer.alloc(0);
  try {
    for await (const piece of response.body) {
      const bytes = Buffer.concat([rest, piece]);
      const samples = new Int16Array(bytes.length >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
      rest = bytes.subarray(samples.length * 2);
      if (samples.length > 0) yield { samples, sampleRateHz };
    }
  } catch (error) {
    throw faultOf(service, error, signal);
  }
}

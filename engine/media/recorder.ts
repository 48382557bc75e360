import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Log, VoxboxError } from '../foundation/index.ts';
import { frameMs, perFrame, sampleRateHz } from './frame.ts';
import { FrameConverter } from './frame-converter.ts';
import type { KernelFor } from './play-queue.ts';

const channels = 2;
const bytesPerSample = 2;
const headerBytes = 44;
/** Audio is written once a second; a crash loses no more than that. */
const chunkS = 1;
/** A disk that falls this far behind ends the recording before memory fills up. */
const backlogLimitS = 30;

type Side = 'caller' | 'agent';

export interface RecorderOptions {
  readonly path: string;
  readonly log: Log;
  /** Of the file; frames of another rate are converted. 8000 when absent. */
  readonly rateHz?: number;
  /** Kernels that are shared; made anew when absent. */
  readonly kernelFor?: KernelFor;
}

/**
 * Stereo WAV (RIFF, PCM 16-bit little-endian): caller left, agent right. Written while the call goes on;
 * the sizes in the header follow each write, so what a crash leaves can be played. Nothing here waits for the
 * disk: a disk error ends the recording, is logged once, and the call goes on.
 */
export class Recorder {
  private readonly path: string;
  private readonly log: Log;
  private readonly rateHz: number;
  private readonly kernelFor: KernelFor | undefined;
  private readonly chunkSamples: number;
  private converters: Readonly<Record<Side, FrameConverter>> | null = null;
  private paused = false;
  private chunk: Int16Array<ArrayBuffer>;
  private chunkLength = 0;
  private dataBytes = 0;
  private backlogBytes = 0;
  private failed = false;
  private file: FileHandle | null = null;
  /** All disk work in order; never rejects. */
  private work: Promise<void>;
  private stopped: Promise<void> | null = null;

  constructor({ path, log, rateHz = sampleRateHz, kernelFor }: RecorderOptions) {
    this.path = path;
    this.log = log;
    this.rateHz = rateHz;
    this.kernelFor = kernelFor;
    this.chunkSamples = rateHz * channels * chunkS;
    this.chunk = new Int16Array(this.chunkSamples);
    this.work = this.attempt(async () => {
      await mkdir(dirname(path), { recursive: true });
      this.file = await open(path, 'w', 0o600);
      await this.file.write(wavHeader(0, rateHz), 0, headerBytes, 0);
    });
  }

  /** While paused silence is written: what follows lies at its own time. */
  pause(on: boolean): void {
    this.paused = on;
  }

  /** 20 ms of each side, both of one rate; null is silence. */
  write(callerFrame: Int16Array | null, agentFrame: Int16Array | null): void {
    if (this.failed || this.stopped) return;
    const caller = this.paused ? null : this.converted('caller', callerFrame);
    const agent = this.paused ? null : this.converted('agent', agentFrame);
    const { chunk, chunkLength } = this;
    const frameSamples = perFrame(this.rateHz);
    for (let i = 0; i < frameSamples; i += 1) {
      chunk[chunkLength + i * channels] = caller?.[i] ?? 0;
      chunk[chunkLength + i * channels + 1] = agent?.[i] ?? 0;
    }
    this.chunkLength += frameSamples * channels;
    if (this.chunkLength >= this.chunkSamples) this.handOver();
  }

  /** Idempotent: writes what is left and closes the file. */
  stop(): Promise<void> {
    if (!this.stopped) {
      this.handOver();
      this.stopped = this.work.then(async () => {
        await this.attempt(async () => this.file?.close());
        this.file = null;
      });
    }
    return this.stopped;
  }

  private converted(side: Side, frame: Int16Array | null): Int16Array | null {
    if (!frame || frame.length === perFrame(this.rateHz)) return frame;
    const fromHz = frame.length * (1000 / frameMs);
    if (this.converters?.[side].fromHz !== fromHz) {
      const converter = () => new FrameConverter(fromHz, this.rateHz, this.kernelFor?.(fromHz, this.rateHz));
      this.converters = { caller: converter(), agent: converter() };
    }
    return this.converters?.[side].convert(frame) ?? null;
  }

  private handOver(): void {
    // Samples are written as they lie in memory: every platform of Node that models run on is little-endian.
    const bytes = new Uint8Array(this.chunk.buffer, 0, this.chunkLength * bytesPerSample);
    this.chunk = new Int16Array(this.chunkSamples);
    this.chunkLength = 0;
    if (bytes.length === 0 || this.failed) return;
    this.backlogBytes += bytes.length;
    if (this.backlogBytes > backlogLimitS * this.rateHz * channels * bytesPerSample) {
      this.fail(new VoxboxError('disk_full', 'the disk cannot keep up with the recording'));
      return;
    }
    this.work = this.work.then(() => this.attempt(() => this.append(bytes)));
  }

  private async append(bytes: Uint8Array): Promise<void> {
    const { file } = this;
    if (this.failed || !file) return;
    await writeAll(file, bytes, headerBytes + this.dataBytes);
    this.dataBytes += bytes.length;
    this.backlogBytes -= bytes.length;
    await writeAll(file, wavHeader(this.dataBytes, this.rateHz), 0);
  }

  private async attempt(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    const isFull =
      error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    this.log.error(
      { err: error, path: this.path, code: isFull ? 'disk_full' : 'recording_failed' },
      'recording stopped',
    );
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, position + offset);
    offset += bytesWritten;
  }
}

/** The canonical 44 bytes: RIFF, fmt chunk of PCM, data chunk. */
function wavHeader(dataBytes: number, rateHz: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  const blockBytes = channels * bytesPerSample;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(headerBytes - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * blockBytes, 28);
  header.writeUInt16LE(blockBytes, 32);
  header.writeUInt16LE(bytesPerSample * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

import { execFile } from 'node:child_process';
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MachineHealth } from './contract/index.ts';

export type MachineSample = Pick<MachineHealth, 'cpu' | 'memory' | 'gpus' | 'disk' | 'delayMs'>;

const lookAgainMs = 5_000;
const countAgainMs = 60_000;
/** How often the engine's loop reports that it is in time; what it is late by comes on top. */
const loopResolutionMs = 20;
const nvidiaWaitMs = 2_000;

/** What the machine does, looked at when somebody asks and at most every five seconds. */
export class Machine {
  readonly #dataDir: string;
  readonly #delay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  #times = cpuTimes();
  #sample: Promise<MachineSample> | null = null;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #recordings: MachineHealth['disk']['recordings'] = null;
  #countAfterMs = Number.NEGATIVE_INFINITY;
  /** A machine without the vendor's program is not asked again. */
  #hasNvidia = true;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#delay.enable();
  }

  look(): Promise<MachineSample> {
    const nowMs = performance.now();
    if (this.#sample && nowMs - this.#sampledAtMs < lookAgainMs) return this.#sample;
    this.#sampledAtMs = nowMs;
    this.#sample = this.#look();
    return this.#sample;
  }

  /** Idempotent. */
  stop(): void {
    this.#delay.disable();
    this.#countAfterMs = Number.POSITIVE_INFINITY;
  }

  async #look(): Promise<MachineSample> {
    void this.#countRecordings();
    const [temperatureC, gpus, disk] = await Promise.all([
      cpuTemperature('/sys/class/thermal'),
      this.#nvidia(),
      statfs(this.#dataDir).catch(() => null),
    ]);
    const before = this.#times;
    this.#times = cpuTimes();
    const delayMs = this.#delay.max / 1e6 - loopResolutionMs;
    this.#delay.reset();
    const totalBytes = Math.min(totalmem(), process.constrainedMemory() || totalmem());
    return {
      cpu: {
        name: cpus()[0]?.model.trim() || 'processor',
        cores: availableParallelism(),
        load: loadBetween(before, this.#times),
        temperatureC,
      },
      memory: {
        totalBytes,
        usedBytes: Math.max(0, totalBytes - process.availableMemory()),
        engineBytes: process.memoryUsage.rss(),
      },
      gpus,
      disk: {
        totalBytes: disk ? disk.blocks * disk.bsize : 0,
        freeBytes: disk ? disk.bavail * disk.bsize : 0,
        recordings: this.#recordings,
      },
      delayMs: Number.isFinite(delayMs) ? Math.max(0, Math.round(delayMs)) : null,
    };
  }

  /** In the background: a disk with years of calls takes a while. */
  async #countRecordings(): Promise<void> {
    const startedAtMs = performance.now();
    if (startedAtMs < this.#countAfterMs) return;
    // Nobody counts beside this one.
    this.#countAfterMs = Number.POSITIVE_INFINITY;
    this.#recordings = await sizeUnder(join(this.#dataDir, 'recordings'));
    const tookMs = performance.now() - startedAtMs;
    this.#countAfterMs = performance.now() + Math.max(countAgainMs, 20 * tookMs);
  }

  async #nvidia(): Promise<MachineSample['gpus']> {
    if (!this.#hasNvidia) return [];
    const query = '--query-gpu=name,memory.total,memory.used,utilization.gpu,temperature.gpu';
    return new Promise((resolve) => {
      const args = [query, '--format=csv,noheader,nounits'];
      execFile('nvidia-smi', args, { timeout: nvidiaWaitMs }, (error, out) => {
        if (error && 'code' in error && error.code === 'ENOENT') this.#hasNvidia = false;
        resolve(error ? [] : nvidiaGpus(out));
      });
    });
  }
}

/** Lines of `nvidia-smi --format=csv,noheader,nounits`: name, MiB, MiB, per cent, °C; `[N/A]` for what it cannot tell. */
export function nvidiaGpus(lines: string): MachineSample['gpus'] {
  return lines
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 5)
    .map(([name = '', total, used, load, temperature]) => ({
      name,
      totalBytes: (numberIn(total) ?? 0) * 2 ** 20,
      usedBytes: (numberIn(used) ?? 0) * 2 ** 20,
      load: share(numberIn(load)),
      temperatureC: numberIn(temperature),
    }));
}

const numberIn = (text: string | undefined): number | null =>
  text && Number.isFinite(Number(text)) ? Number(text) : null;

const share = (percent: number | null): number | null =>
  percent === null ? null : Math.min(1, Math.max(0, percent / 100));

interface CpuTimes {
  readonly idleMs: number;
  readonly allMs: number;
}

function cpuTimes(): CpuTimes {
  const times = cpus().map((core) => core.times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  return { idleMs, allMs: times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0) };
}

function loadBetween(before: CpuTimes, after: CpuTimes): number | null {
  const allMs = after.allMs - before.allMs;
  if (allMs <= 0) return null;
  return Math.min(1, Math.max(0, 1 - (after.idleMs - before.idleMs) / allMs));
}

/** Of the processor where a zone says so, else of the hottest zone (Linux, sysfs); null elsewhere. */
export async function cpuTemperature(directory: string): Promise<number | null> {
  const zones = (await readdir(directory).catch(() => [])).filter((name) => name.startsWith('thermal_zone'));
  const read = (zone: string, name: string) => readFile(join(directory, zone, name), 'utf8').catch(() => '');
  const found = await Promise.all(
    zones.map(async (zone) => ({
      isCpu: /pkg_temp|cpu|k10temp|coretemp/i.test(await read(zone, 'type')),
      celsius: Number.parseInt(await read(zone, 'temp'), 10) / 1000,
    })),
  );
  const known = found.filter(({ celsius }) => celsius > 0 && celsius < 150);
  const ofCpu = known.filter(({ isCpu }) => isCpu);
  const hottest = (ofCpu.length > 0 ? ofCpu : known).map(({ celsius }) => celsius);
  return hottest.length > 0 ? Math.max(...hottest) : null;
}

/** What lies in a directory and in those of its first level. One file after the other: nothing waits for it. */
async function sizeUnder(directory: string): Promise<{ files: number; bytes: number }> {
  const list = (path: string) => readdir(path, { withFileTypes: true }).catch(() => []);
  let files = 0;
  let bytes = 0;
  for (const entry of await list(directory)) {
    if (!entry.isDirectory()) continue;
    for (const inner of await list(join(directory, entry.name))) {
      if (!inner.isFile()) continue;
      files += 1;
      bytes += (await stat(join(directory, entry.name, inner.name)).catch(() => null))?.size ?? 0;
    }
  }
  return { files, bytes };
}

import type { LineStatus, MachineHealth } from './contract/index.ts';

/** Content type of the text format of Prometheus. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

const works: readonly LineStatus['status'][] = ['up', 'registered', 'idle'];

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly values: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number | null;
  }[];
}

/** Figures of the box, none of anybody: what cannot be read is left out. */
export function metricsText(health: MachineHealth, lines: readonly LineStatus[]): string {
  const one = (name: string, help: string, value: number | null): Gauge => ({
    name,
    help,
    values: [{ value }],
  });
  const { cpu, memory, gpus, disk } = health;
  const gauges: readonly Gauge[] = [
    one('calls', 'Calls in progress.', health.callsNow),
    one('calls_capacity', 'Calls that the box carries at the same time.', health.capacity),
    one('uptime_seconds', 'Since the engine started.', (health.sampledAtMs - health.startedAtMs) / 1000),
    one(
      'delay_seconds',
      'How late the engine was at worst since the last look.',
      perThousand(health.delayMs),
    ),
    one('problems', 'What is wrong with the box.', health.problems.length),
    one('cpu_load', 'Share of all cores, 0 to 1.', cpu.load),
    one('cpu_temperature_celsius', 'Of the processor.', cpu.temperatureC),
    one('memory_used_bytes', 'Of the machine.', memory.usedBytes),
    one('memory_total_bytes', 'Of the machine.', memory.totalBytes),
    one('engine_memory_bytes', "Of the engine's own process.", memory.engineBytes),
    one('disk_free_bytes', 'Where the data lies.', disk.freeBytes),
    one('recordings_bytes', 'Recordings of calls.', disk.recordings?.bytes ?? null),
    {
      name: 'gpu_memory_used_bytes',
      help: 'Of a graphics card.',
      values: gpus.map(({ usedBytes }, at) => ({ labels: { gpu: String(at) }, value: usedBytes })),
    },
    {
      name: 'trunk_up',
      help: 'Whether a trunk works, 0 or 1.',
      values: lines.map(({ id, status }) => ({
        labels: { trunk: id },
        value: Number(works.includes(status)),
      })),
    },
  ];
  return `${gauges.flatMap(linesOf).join('\n')}\n`;
}

const perThousand = (value: number | null): number | null => (value === null ? null : value / 1000);

function linesOf({ name, help, values }: Gauge): string[] {
  const known = values.flatMap(({ labels = {}, value }) => (value === null ? [] : { labels, value }));
  if (known.length === 0) return [];
  const named = `voxbox_${name}`;
  return [
    `# HELP ${named} ${help}`,
    `# TYPE ${named} gauge`,
    ...known.map(({ labels, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      return `${named}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
    }),
  ];
}

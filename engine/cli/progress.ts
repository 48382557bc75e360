import type { PullProgress } from '../../models/index.ts';
import type { CliIo } from './command.ts';
import { size } from './table.ts';

export interface Progress {
  show(progress: PullProgress): void;
  /** Leaves the line that was redrawn. */
  end(): void;
}

const barCells = 24;

/** A bar that redraws itself where a person watches; elsewhere one line for each model. */
export function showProgress(io: CliIo): Progress {
  if (!io.isTerminal) {
    let last = '';
    return {
      show({ id, source, totalBytes }) {
        if (id === last) return;
        last = id;
        io.out(`fetching ${id} (${size(totalBytes)} from ${source})\n`);
      },
      end() {},
    };
  }
  let drawn = '';
  return {
    show({ id, file, bytes, totalBytes }) {
      const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
      const cells = Math.round(share * barCells);
      const bar = '#'.repeat(cells) + '.'.repeat(barCells - cells);
      const line = `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${id} ${file}`.slice(0, 100);
      if (line === drawn) return;
      io.out(`\r${line.padEnd(drawn.length)}`);
      drawn = line;
    },
    end() {
      if (drawn !== '') io.out('\n');
    },
  };
}

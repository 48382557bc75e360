import type { EngineEvents, Launch } from './engine-process.ts';
import type { ReadyLine } from './ready-line.ts';

export const fakeReadyLine: ReadyLine = {
  ...{ event: 'ready', trouble: null, http: 'http://127.0.0.1:7070', token: null },
  ...{ sip: { host: '127.0.0.1', port: 5060 }, log: '/data/logs/engine.log', pid: 1 },
};

/** Engines that do what the test says. */
export class FakeEngines {
  /** In the order in which they were launched. */
  readonly launched: EngineEvents[] = [];
  readonly asked: ('stop' | 'kill')[] = [];

  readonly launch: Launch = (events) => {
    this.launched.push(events);
    return { stop: () => this.asked.push('stop'), kill: () => this.asked.push('kill') };
  };

  get last(): EngineEvents {
    const last = this.launched.at(-1);
    if (!last) throw new Error('no engine was launched');
    return last;
  }
}

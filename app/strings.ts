import type { EngineState } from './watchdog.ts';

/** Every word of the shell that a person reads; the pages of the product have their own. */
export const strings = {
  name: 'Voxbox',
  open: 'Open Voxbox',
  restart: 'Restart now',
  showLog: 'Show the log',
  quit: 'Quit: no calls are taken',
  starting: 'Voxbox is starting',
  startingHelp: 'Models are being read. Calls are taken as soon as that is done.',
  stopping: 'Voxbox is ending',
  logAt: 'Log',
  lastWords: 'The last it said',
  crashed: 'The engine has stopped while it was working',
  notStarted: 'The engine could not start',
  ended: (exit: string): string => `It ended with ${exit}.`,
  callsEnded: 'Calls that were going on have been cut off.',
  noCalls: 'Callers cannot be answered: they hear what the carrier has for a line that is down.',
  again: 'It is started again by itself within a minute. Nothing needs to be done.',
  givenUp:
    'It has stopped too often, so it is not started again by itself. Read its last words and the log, put right ' +
    'what they say, then press the button. `voxbox doctor` on the command line checks the rest.',
  keyInFile: 'The box key stays in keys/box.key, where only this user can read it.',
} as const;

const inWords: Readonly<Record<EngineState['kind'], string>> = {
  starting: 'Starting',
  running: 'Taking calls',
  waiting: 'Down, about to start again',
  'given-up': 'Down',
  stopping: 'Stopping',
  stopped: 'Stopped',
};

export const stateInWords = (state: EngineState): string =>
  state.kind === 'running' && state.engine.trouble !== null
    ? `Takes no calls: ${state.engine.trouble}`
    : inWords[state.kind];

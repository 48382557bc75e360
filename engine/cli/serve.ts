import type { Command } from './command.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run the engine until it is stopped',
  flags: {
    'http-host': {
      type: 'string',
      value: 'ADDRESS',
      help: 'address of the page and the API',
      sets: 'httpHost',
    },
    'http-port': {
      type: 'string',
      value: 'PORT',
      help: 'port of the page and the API (0: any free one)',
      sets: 'httpPort',
    },
    'sip-host': { type: 'string', value: 'ADDRESS', help: 'address for SIP', sets: 'sipHost' },
    'sip-port': {
      type: 'string',
      value: 'PORT',
      help: 'port for SIP, UDP and TCP (0: any free one)',
      sets: 'sipPort',
    },
    'max-calls': { type: 'string', value: 'COUNT', help: 'calls at the same time', sets: 'maxCalls' },
    models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: 'trace, debug, info, warn, error or silent',
      sets: 'logLevel',
    },
  },
  run: ({ config, json, io, serve }) => serve(config(), { json, print: (text) => io.out(text) }),
};

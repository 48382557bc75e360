import type { BoxStatus, CatalogueModel, ModelDownload } from '../../engine/api/contract/index.ts';

/** The words of the models. */
export const modelsStrings = {
  help: 'What hears, thinks and speaks on this box. Changing one drops no call: calls in progress end with the old one.',
  search: 'Search models, languages, licences',
  keys: 'j and k move, / searches',
  noMatch: (term: string) => `No model matches “${term}”.`,

  machine: {
    title: 'This machine',
    none: 'No model is loaded yet, so the machine has not been measured.',
    gpu: 'Graphics card',
    cpu: 'Processor',
    memory: (used: string, total: string) => `${used} of ${total} in use`,
    budget: (room: string) => `${room} for models`,
    speed: {
      tiny: 'Answers in time with the smallest language models.',
      small: 'Answers in time with language models of up to 4 billion parameters.',
      medium: 'Answers in time with language models of up to 8 billion parameters.',
      large: 'Answers in time with language models of up to 14 billion parameters.',
    } satisfies Record<BoxStatus['devices'][number]['speedClass'], string>,
  },

  uses: {
    stt: 'Hearing: speech to text',
    tts: 'Speaking: voices',
    llm: 'Wording: language model',
    embedding: 'Understanding: meaning of sentences',
    turn: 'Turns: has the caller finished?',
    vad: 'Voice detection: is somebody speaking?',
  } satisfies Record<CatalogueModel['use'], string>,

  inUse: (device: string) => (device === 'cpu' ? 'In use on the processor' : 'In use on the graphics card'),
  here: 'On this box',
  broken: 'Damaged: download it again',
  away: 'Not on this box',
  byHand: 'For orientation: this box does not fetch it',
  untested: 'Not tried by this project: its figures are the publisher’s.',
  size: (text: string) => `${text} on the disk`,
  needs: (ram: string, gpu: string | null) =>
    gpu === null ? `${ram} of memory` : `${gpu} of graphics memory, or ${ram} of memory`,
  fit: {
    gpu: 'Fits the graphics card.',
    cpu: 'Runs on the processor.',
    none: 'Does not fit this machine now.',
  } satisfies Record<CatalogueModel['fit']['on'], string>,
  because: (reason: string) => `Because ${reason}.`,
  pace: {
    'in-time': 'Fast enough for calls.',
    slow: 'Too slow for calls: the caller would wait.',
  } satisfies Record<CatalogueModel['fit']['pace'], string>,
  page: 'Read about it',
  pageOf: (id: string) => `Read about it: ${id}`,

  listen: 'Hear its voices',
  use: 'Use',
  useOf: (id: string) => `Use ${id}`,
  using: 'Loading…',
  used: (id: string) => `${id} answers from now on. Calls in progress end with the old one.`,
  download: 'Download',
  downloadOf: (id: string) => `Download ${id}`,
  goOn: 'Go on',
  stop: 'Stop',
  stopOf: (id: string) => `Stop the download of ${id}`,
  progress: (have: string, total: string) => `${have} of ${total}`,
  progressOf: (id: string) => `Download of ${id}`,
  sources: {
    folder: 'from a folder',
    hub: 'from its publisher',
    package: 'from the package registry',
  } satisfies Record<Exclude<ModelDownload['source'], null>, string>,
  begun: 'Looking for a source…',
  stopped: 'Stopped. What has come stays, and the next try goes on there.',
  done: 'Downloaded and checked.',
} as const;

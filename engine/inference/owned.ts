import type { Inference } from './contract.ts';

/** The same models, with every request marked as one call's: within a priority, calls take turns. */
export const ownedBy = (inference: Inference, owner: string): Inference => ({
  transcribe: (samples, options) => inference.transcribe(samples, { owner, ...options }),
  synthesise: (request, options) => inference.synthesise(request, { owner, ...options }),
  embed: (texts, options) => inference.embed(texts, { owner, ...options }),
  generate: (request, options) => inference.generate(request, { owner, ...options }),
  openDialogue: (dialogue, options) => inference.openDialogue(dialogue, { owner, ...options }),
  closeDialogue: (id) => inference.closeDialogue(id),
  endOfTurn: (samples, options) => inference.endOfTurn(samples, { owner, ...options }),
  completeness: (exchange, options) => inference.completeness(exchange, { owner, ...options }),
  swap: (use, modelId) => inference.swap(use, modelId),
  loaded: () => inference.loaded(),
  devices: () => inference.devices(),
  close: () => inference.close(),
});

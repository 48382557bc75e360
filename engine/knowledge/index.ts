export type { Answer } from './answer.ts';
export { answer } from './answer.ts';
export { fakeEmbed } from './fake-embedding.ts';
export type { IngestProgress, KnowledgeParts, SourceInput } from './ingest.ts';
export { forget, ingest } from './ingest.ts';
export type { PageWatch } from './page-watch.ts';
export { startPageWatch } from './page-watch.ts';
export type { Found } from './retrieve.ts';
export { retrieve } from './retrieve.ts';

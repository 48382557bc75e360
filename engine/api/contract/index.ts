export * from './call-methods.ts';
export * from './feed.ts';
export * from './line.ts';
export * from './line-models.ts';
export * from './methods.ts';
export * from './models.ts';
export * from './paths.ts';

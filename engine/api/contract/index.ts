export * from './feed.ts';
export * from './methods.ts';
export * from './models.ts';
export * from './paths.ts';

import { flushCompileCache } from 'node:module';
import { afterAll } from 'vitest';

// A file's process is killed at its end: before Node would keep what it has compiled.
afterAll(() => flushCompileCache());

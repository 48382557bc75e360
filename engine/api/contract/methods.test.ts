import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { playbookSchema } from '../../store/index.ts';
import { methods } from './index.ts';

it('is what docs/api.md lists, both ways', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+\.\w+)` \| `(\w+ [^`]+)` \|/gm)].map(([, name, request]) => [
    name,
    request,
  ]);
  const known = Object.entries(methods).map(([name, { verb, path }]) => [name, `${verb} ${path}`]);
  expect(listed.toSorted()).toEqual(known.toSorted());
});

interface JsonSchema {
  readonly [key: string]: unknown;
}

/** A pattern from end to end in which nothing is repeated without end. */
const isBoundedPattern = (pattern: unknown): boolean =>
  typeof pattern === 'string' &&
  /^\^.*\$$/.test(pattern) &&
  !/[*+]|,\}/.test(pattern.replaceAll(/\\.|\[[^\]]*\]/g, 'x'));

/** Where a schema takes a text or a list of any length. */
function unbounded(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, enum: choices, const: only, format, pattern, ...rest } = schema as JsonSchema;
  const isText = type === 'string' && choices === undefined && only === undefined && format !== 'uuid';
  const found = [
    ...(isText && rest.maxLength === undefined && !isBoundedPattern(pattern) ? [at] : []),
    ...(type === 'array' && rest.maxItems === undefined ? [at] : []),
  ];
  const { propertyNames: _, ...parts } = rest;
  return [...found, ...Object.entries(parts).flatMap(([key, part]) => unbounded(part, `${at}.${key}`))];
}

it('takes no text and no list of any length', () => {
  const taken: [string, z.ZodType][] = Object.entries(methods).flatMap(([name, method]) => [
    [`${name} query`, method.query] as [string, z.ZodType],
    ...('body' in method ? [[`${name} body`, method.body] as [string, z.ZodType]] : []),
  ]);
  const found = [...taken, ['playbook', playbookSchema] as const].flatMap(([name, schema]) =>
    unbounded(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), name),
  );
  expect(found).toEqual([]);
});

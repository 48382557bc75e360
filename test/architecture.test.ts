import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../engine/foundation/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Order of the rooms: a room may import what stands in an earlier row, nothing beside it or after it. */
const rows: readonly (readonly string[])[] = [
  ['foundation'],
  ['store', 'inference'],
  ['sip', 'media', 'speech', 'llm', 'calendar', 'knowledge'],
  ['agent'],
  ['call'],
  ['rehearsal'],
  ['campaigns'],
  ['api'],
  ['cli'],
  ['engine.ts'],
  ['serve.ts'],
  ['main.ts'],
];

const rowOf = (room: string): number => rows.findIndex((row) => row.includes(room));

/** Packages that only the named places may import. */
const reserved: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['engine/store/'],
  electron: ['app/'],
  googleapis: ['engine/calendar/google.ts'],
  // A peer of the benches, no part of the product.
  '@livekit/agents': ['test/bench/'],
};

const bannedWords = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc'];

const longestShellLines = 500;
const longestFileLines = 400;
/** Files that may be longer, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {};

/** Files that may read the environment: the boot configuration, and where and how models are fetched. */
const environmentReaders = ['engine/foundation/config.ts', 'models/index.ts', 'models/registry.ts'];

interface Source {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly from: Source;
  readonly specifier: string;
}

function filesUnder(folder: string, endings: readonly string[]): readonly Source[] {
  let entries: string[];
  try {
    entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return entries
    .map((entry) => posix.join(folder, entry.split(sep).join('/')))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Every module a file names: imports, re-exports, import() of a literal, types included. */
function importsOf(source: Source): readonly Import[] {
  const { module, errors } = parseSync(source.path, source.text);
  if (errors.length > 0) throw new Error(`${source.path} cannot be parsed: ${errors[0]?.message}`);
  const literal = /^(['"`])([^$]*)\1$/;
  const specifiers = [
    ...module.staticImports.map((entry) => entry.moduleRequest.value),
    ...module.staticExports.flatMap((entry) => entry.entries.map((part) => part.moduleRequest?.value)),
    ...module.dynamicImports.map(
      (entry) => literal.exec(source.text.slice(entry.moduleRequest.start, entry.moduleRequest.end))?.[2],
    ),
    // Workers and child processes are named by URL.
    ...[...source.text.matchAll(/new URL\(\s*['"]([^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g)].map(
      (m) => m[1],
    ),
  ];
  return [...new Set(specifiers)].flatMap((specifier) => (specifier ? [{ from: source, specifier }] : []));
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The room a path under engine/ lies in: its folder, or the file itself for engine.ts and main.ts. */
const roomOf = (path: string): string | null =>
  path.startsWith('engine/') ? (path.slice('engine/'.length).split('/')[0] ?? null) : null;

/** Path from the root that a relative specifier leads to. */
const targetOf = (entry: Import): string | null =>
  entry.specifier.startsWith('.')
    ? posix.normalize(posix.join(posix.dirname(entry.from.path), entry.specifier))
    : null;

const engine = filesUnder('engine', ['.ts']);
const shell = filesUnder('app', ['.ts']);
const product = [...engine, ...shell, ...filesUnder('models', ['.ts']), ...filesUnder('renderer', ['.ts'])];
const everything = [
  ...product,
  ...filesUnder('renderer', ['.svelte']),
  ...filesUnder('test', ['.ts', '.mjs']),
  ...filesUnder('installer', ['.ts', '.mjs']),
];
const engineImports = engine.flatMap(importsOf);
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.startsWith('test/');
const tell = (entry: Import, why: string): string => `${entry.from.path} imports ${entry.specifier}: ${why}`;

describe('architecture', () => {
  it('reads the imports of the whole engine', () => {
    expect(engineImports.length).toBeGreaterThan(10);
    const probe = importsOf({
      path: 'engine/x/y.ts',
      text: "import type { A } from '../a/index.ts'; export * from './b.ts'; await import('c'); // import 'd'",
    });
    expect(probe.map((entry) => entry.specifier)).toEqual(['../a/index.ts', './b.ts', 'c']);
  });

  it('has only the rooms of the house', () => {
    const rooms = [...new Set(engine.map((source) => roomOf(source.path)))];
    expect(rooms.filter((room) => room === null || rowOf(room) < 0)).toEqual([]);
  });

  it('imports rooms in their order only', () => {
    const wrong = engineImports.flatMap((entry) => {
      const from = roomOf(entry.from.path);
      const target = targetOf(entry);
      const to = target === null ? null : roomOf(target);
      if (target !== null && to === null && !target.startsWith('models/') && !isTest(entry.from.path)) {
        return [tell(entry, 'leaves the engine')];
      }
      if (from === null || to === null || from === to) return [];
      // A room's tests may set up what stands to the right of it.
      if (isTest(entry.from.path)) return [];
      return rowOf(to) < rowOf(from) ? [] : [tell(entry, `${from} may not import ${to}`)];
    });
    expect(wrong).toEqual([]);
  });

  it('enters a room by its door only', () => {
    const wrong = engineImports.flatMap((entry) => {
      const target = targetOf(entry);
      const to = target === null ? null : roomOf(target);
      if (target === null || to === null || to === roomOf(entry.from.path) || to.endsWith('.ts')) return [];
      const doors = [`engine/${to}/index.ts`, ...(to === 'api' ? ['engine/api/contract/index.ts'] : [])];
      return doors.includes(target) ? [] : [tell(entry, `the door of ${to} is its index.ts`)];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the screens behind the contract of the API', () => {
    const wrong = filesUnder('renderer/src', ['.ts'])
      .flatMap(importsOf)
      .filter((entry) => targetOf(entry)?.startsWith('engine/'))
      .filter((entry) => !targetOf(entry)?.startsWith('engine/api/contract/'))
      .map((entry) => tell(entry, 'a screen knows only engine/api/contract'));
    expect(wrong).toEqual([]);
  });

  it('keeps the desktop shell apart from the engine, which it starts as a program', () => {
    const wrong = shell
      .flatMap(importsOf)
      .filter((entry) => targetOf(entry)?.startsWith('app/') === false)
      .map((entry) => tell(entry, 'the shell knows nothing of the rest but how to start it'));
    expect(wrong).toEqual([]);
  });

  it(`keeps the desktop shell under ${longestShellLines} lines of code`, () => {
    const code = shell
      .filter(({ path }) => !isTest(path) && !path.startsWith('app/fake-'))
      .flatMap(({ text }) => withoutComments(text).split('\n'))
      .filter((line) => line.trim() !== '');
    expect(code.length).toBeGreaterThan(100);
    expect(code.length).toBeLessThan(longestShellLines);
  });

  it('keeps the contract of the API free of Node, so that a browser can read it', () => {
    const wrong = engineImports
      .filter((entry) => entry.from.path.startsWith('engine/api/contract/') && !isTest(entry.from.path))
      .filter((entry) => {
        const outside = targetOf(entry);
        if (outside !== null) return !outside.startsWith('engine/api/contract/');
        return entry.specifier.startsWith('node:') || builtinModules.includes(packageOf(entry.specifier));
      })
      .map((entry) => tell(entry, 'the contract runs in a browser'));
    expect(wrong).toEqual([]);
  });

  it('keeps packages in the rooms they belong to', () => {
    const wrong = product.flatMap(importsOf).flatMap((entry) => {
      const places = reserved[packageOf(entry.specifier)];
      if (places === undefined || places.some((place) => entry.from.path.startsWith(place))) return [];
      return [tell(entry, `only ${places.join(', ')} may`)];
    });
    expect(wrong).toEqual([]);
  });

  it('reads the environment in one place only', () => {
    const wrong = product
      .filter((source) => !environmentReaders.includes(source.path) && !isTest(source.path))
      .filter((source) =>
        /\bprocess\s*\.\s*env\b|\bprocess\s*\[\s*['"]env['"]/.test(withoutComments(source.text)),
      )
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  it('names files in kebab-case with nouns of the trade', () => {
    const wrong = everything
      .map((source) => source.path)
      .filter((path) => !path.endsWith('.svelte'))
      .filter((path) => {
        const stem = basename(path).replace(/(\.(test|config|svelte|d|worker))*\.(ts|mjs)$/, '');
        const words = path.replace(/\.[a-z.]+$/, '').split(/[/-]/);
        return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) || words.some((word) => bannedWords.includes(word));
      });
    expect(wrong).toEqual([]);
  });

  it(`keeps files under ${longestFileLines} lines, or has a reason`, () => {
    const long = everything
      .map((source) => ({ path: source.path, lines: source.text.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > longestFileLines && longFiles[path] === undefined)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it('gives no reason for a file that is gone or short by now', () => {
    const stale = Object.keys(longFiles).filter((path) => {
      const source = everything.find((one) => one.path === path);
      return source === undefined || source.text.split('\n').length - 1 <= longestFileLines;
    });
    expect(stale).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const rowsOfPage = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('lists exactly the codes of the catalogue, in its order', () => {
    const codes = rowsOfPage.map((cells) => cells[0]?.replaceAll('`', ''));
    expect(codes).toEqual(Object.keys(errorCatalogue));
  });

  it('says of each code what the catalogue says', () => {
    const expected = Object.entries(errorCatalogue).map(([code, entry]) => [
      `\`${code}\``,
      entry.category,
      entry.permanent ? 'no' : 'yes',
      String(entry.apiStatus),
      'sipStatus' in entry ? String(entry.sipStatus) : '',
      entry.help,
      'spoken' in entry ? entry.spoken : '',
    ]);
    expect(rowsOfPage).toEqual(expected);
  });
});

/** Comments are prose: they may speak of what code may not do. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');

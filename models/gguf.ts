/**
 * Safetensors of a BERT encoder → GGUF version 3, as llama.cpp opens it.
 * Formats: github.com/ggml-org/ggml docs/gguf.md; github.com/huggingface/safetensors README "Format".
 */

export interface SafeTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Little-endian 32-bit floats. */
  readonly data: Uint8Array;
}

/** @throws Error when the bytes are not a safetensors file of 32-bit floats */
export function readSafetensors(bytes: Uint8Array): SafeTensor[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > bytes.byteLength - 8) throw new Error('not a safetensors file');
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  if (typeof header !== 'object' || header === null) throw new Error('not a safetensors file');
  const start = 8 + headerBytes;
  return Object.entries(header as Record<string, TensorHeader>)
    .filter(([name, entry]) => name !== '__metadata__' && entry.dtype === 'F32')
    .map(([name, entry]) => ({
      name,
      shape: entry.shape,
      data: bytes.subarray(start + entry.data_offsets[0], start + entry.data_offsets[1]),
    }));
}

interface TensorHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

type GgufValue =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

const typeCode = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const alignmentBytes = 32;
const align = (offset: number) => Math.ceil(offset / alignmentBytes) * alignmentBytes;

/** Writes one GGUF file. Tensors keep their order; each starts on a multiple of 32 bytes. */
export function writeGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly SafeTensor[],
): Uint8Array {
  const head: Buffer[] = [];
  const u32 = (value: number) => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    head.push(buffer);
  };
  const i32 = (value: number) => {
    const buffer = Buffer.alloc(4);
    buffer.writeInt32LE(value);
    head.push(buffer);
  };
  const u64 = (value: number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(BigInt(value));
    head.push(buffer);
  };
  const string = (value: string) => {
    const encoded = Buffer.from(value, 'utf8');
    u64(encoded.length);
    head.push(encoded);
  };
  const writeValue = (entry: GgufValue) => {
    if (entry.type === 'strings' || entry.type === 'i32s') {
      u32(typeCode.array);
      u32(entry.type === 'strings' ? typeCode.string : typeCode.i32);
      u64(entry.value.length);
      if (entry.type === 'strings') entry.value.forEach(string);
      else entry.value.forEach(i32);
      return;
    }
    u32(typeCode[entry.type]);
    if (entry.type === 'string') string(entry.value);
    else if (entry.type === 'bool') head.push(Buffer.from([entry.value ? 1 : 0]));
    else if (entry.type === 'f32') {
      const buffer = Buffer.alloc(4);
      buffer.writeFloatLE(entry.value);
      head.push(buffer);
    } else if (entry.type === 'i32') i32(entry.value);
    else u32(entry.value);
  };

  head.push(Buffer.from('GGUF', 'latin1'));
  u32(3);
  u64(tensors.length);
  u64(metadata.size);
  for (const [key, value] of metadata) {
    string(key);
    writeValue(value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    string(tensor.name);
    u32(tensor.shape.length);
    // GGUF counts dimensions from the innermost outwards
    for (const size of [...tensor.shape].reverse()) u64(size);
    u32(0); // F32
    u64(offset);
    offset = align(offset + tensor.data.byteLength);
  }
  const header = Buffer.concat(head);
  const start = align(header.length);
  const file = new Uint8Array(start + offset);
  file.set(header);
  let at = start;
  for (const tensor of tensors) {
    file.set(tensor.data, at);
    at = align(at + tensor.data.byteLength);
  }
  return file;
}

const layerNames: readonly (readonly [from: string, to: string])[] = [
  ['attention.self.query', 'attn_q'],
  ['attention.self.key', 'attn_k'],
  ['attention.self.value', 'attn_v'],
  ['attention.output.dense', 'attn_output'],
  ['attention.output.LayerNorm', 'attn_output_norm'],
  ['intermediate.dense', 'ffn_up'],
  ['output.dense', 'ffn_down'],
  ['output.LayerNorm', 'layer_output_norm'],
];

const topNames: ReadonlyMap<string, string> = new Map([
  ['embeddings.word_embeddings.weight', 'token_embd.weight'],
  ['embeddings.token_type_embeddings.weight', 'token_types.weight'],
  ['embeddings.position_embeddings.weight', 'position_embd.weight'],
  ['embeddings.LayerNorm.weight', 'token_embd_norm.weight'],
  ['embeddings.LayerNorm.bias', 'token_embd_norm.bias'],
]);

/** llama.cpp's name of a BERT tensor; null for those it has no use for (the pooler, position ids). */
export function ggufName(name: string): string | null {
  const top = topNames.get(name);
  if (top) return top;
  const match = /^encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  const to = layerNames.find(([from]) => from === match?.[2])?.[1];
  return match && to ? `blk.${match[1]}.${to}.${match[3]}` : null;
}

/** WordPiece → the spelling llama.cpp expects: ▁ before the start of a word, no ## within it. */
export const ggufToken = (token: string): string =>
  /^\[.*\]$/.test(token) ? token : token.startsWith('##') ? token.slice(2) : `\u2581${token}`;

/**
 * @param vocabulary text of `vocab.txt`: one WordPiece token a line
 * @param heads attention heads of a layer; the file does not tell
 */
export function bertToGguf(source: {
  readonly safetensors: Uint8Array;
  readonly vocabulary: string;
  readonly name: string;
  readonly heads: number;
}): Uint8Array {
  const tensors = readSafetensors(source.safetensors).flatMap((tensor) => {
    const name = ggufName(tensor.name);
    return name ? [{ ...tensor, name }] : [];
  });
  tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
  const shapeOf = (name: string) => {
    const tensor = tensors.find((candidate) => candidate.name === name);
    if (!tensor) throw new Error(`the tensor ${name} is not there`);
    return tensor.shape;
  };
  const [contextLength = 0, width = 0] = shapeOf('position_embd.weight');
  const [feedForward = 0] = shapeOf('blk.0.ffn_up.weight');
  const layers = new Set(tensors.flatMap((tensor) => /^blk\.(\d+)\./.exec(tensor.name)?.[1] ?? [])).size;
  const tokens = source.vocabulary.replace(/\n$/, '').split('\n');
  const idOf = (token: string) => tokens.indexOf(token);
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: 'bert' }],
    ['general.name', { type: 'string', value: source.name }],
    ['general.file_type', { type: 'u32', value: 0 }],
    ['bert.block_count', { type: 'u32', value: layers }],
    ['bert.context_length', { type: 'u32', value: contextLength }],
    ['bert.embedding_length', { type: 'u32', value: width }],
    ['bert.feed_forward_length', { type: 'u32', value: feedForward }],
    ['bert.attention.head_count', { type: 'u32', value: source.heads }],
    ['bert.attention.layer_norm_epsilon', { type: 'f32', value: 1e-12 }],
    ['bert.attention.causal', { type: 'bool', value: false }],
    ['bert.pooling_type', { type: 'u32', value: 1 }], // mean
    ['tokenizer.ggml.model', { type: 'string', value: 'bert' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens.map(ggufToken) }],
    [
      'tokenizer.ggml.token_type',
      { type: 'i32s', value: tokens.map((token) => (/^\[(PAD|UNK|CLS|SEP|MASK)\]$/.test(token) ? 3 : 1)) },
    ],
    ['tokenizer.ggml.token_type_count', { type: 'u32', value: 2 }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: idOf('[CLS]') }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: idOf('[SEP]') }],
    ['tokenizer.ggml.cls_token_id', { type: 'u32', value: idOf('[CLS]') }],
    ['tokenizer.ggml.seperator_token_id', { type: 'u32', value: idOf('[SEP]') }], // spelled so in llama.cpp
    ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: idOf('[UNK]') }],
    ['tokenizer.ggml.padding_token_id', { type: 'u32', value: idOf('[PAD]') }],
    ['tokenizer.ggml.mask_token_id', { type: 'u32', value: idOf('[MASK]') }],
  ]);
  return writeGguf(metadata, tensors);
}

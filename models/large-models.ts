import type { Model, ModelUse } from './model.ts';

const GiB = 1024 ** 3;

interface LargeModel {
  readonly id: string;
  readonly use: ModelUse;
  readonly kind: string;
  readonly description: string;
  readonly languages: readonly string[];
  readonly licence: string;
  readonly ramGiB: number;
  readonly gpuGiB: number;
  readonly page: string;
}

const large = (model: LargeModel): Model => ({
  id: model.id,
  use: model.use,
  kind: model.kind,
  group: 'large',
  description: model.description,
  languages: model.languages,
  licence: model.licence,
  needs: { ramBytes: model.ramGiB * GiB, gpuBytes: model.gpuGiB * GiB },
  tested: false,
  page: model.page,
  files: [],
});

const many = ['en', 'de', 'es', 'fr', 'it', 'pt'] as const;

/**
 * Models for bigger machines, for orientation: their files are not pinned, so they are not fetched
 * by `models pull`. Needs are published sizes at Q4_K_M (language models) rounded up.
 */
export const largeModels: readonly Model[] = [
  large({
    id: 'qwen3-4b',
    use: 'llm',
    kind: 'llama',
    description: 'Qwen3 4B, for GPUs from 6 GB',
    languages: [...many, 'zh', 'ja'],
    licence: 'Apache-2.0',
    ramGiB: 4,
    gpuGiB: 4,
    page: 'https://huggingface.co/Qwen/Qwen3-4B',
  }),
  large({
    id: 'qwen3-8b',
    use: 'llm',
    kind: 'llama',
    description: 'Qwen3 8B, for GPUs from 8 GB',
    languages: [...many, 'zh', 'ja'],
    licence: 'Apache-2.0',
    ramGiB: 7,
    gpuGiB: 7,
    page: 'https://huggingface.co/Qwen/Qwen3-8B',
  }),
  large({
    id: 'qwen3-14b',
    use: 'llm',
    kind: 'llama',
    description: 'Qwen3 14B, for GPUs from 12 GB',
    languages: [...many, 'zh', 'ja'],
    licence: 'Apache-2.0',
    ramGiB: 11,
    gpuGiB: 11,
    page: 'https://huggingface.co/Qwen/Qwen3-14B',
  }),
  large({
    id: 'llama-3.1-8b-instruct',
    use: 'llm',
    kind: 'llama',
    description: 'Llama 3.1 8B Instruct, for GPUs from 8 GB',
    languages: ['en', 'de', 'fr', 'it', 'pt', 'hi', 'es', 'th'],
    licence: 'Llama 3.1 Community License',
    ramGiB: 7,
    gpuGiB: 7,
    page: 'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct',
  }),
  large({
    id: 'gemma-3-4b-it',
    use: 'llm',
    kind: 'llama',
    description: 'Gemma 3 4B, for GPUs from 6 GB',
    languages: [...many, 'ja', 'ko'],
    licence: 'Gemma Terms of Use',
    ramGiB: 4,
    gpuGiB: 4,
    page: 'https://huggingface.co/google/gemma-3-4b-it',
  }),
  large({
    id: 'gemma-3-12b-it',
    use: 'llm',
    kind: 'llama',
    description: 'Gemma 3 12B, for GPUs from 12 GB',
    languages: [...many, 'ja', 'ko'],
    licence: 'Gemma Terms of Use',
    ramGiB: 10,
    gpuGiB: 10,
    page: 'https://huggingface.co/google/gemma-3-12b-it',
  }),
  large({
    id: 'mistral-small-3.1-24b-instruct',
    use: 'llm',
    kind: 'llama',
    description: 'Mistral Small 3.1 24B, for GPUs from 24 GB',
    languages: [...many, 'nl', 'pl', 'ja', 'zh'],
    licence: 'Apache-2.0',
    ramGiB: 18,
    gpuGiB: 18,
    page: 'https://huggingface.co/mistralai/Mistral-Small-3.1-24B-Instruct-2503',
  }),
  large({
    id: 'whisper-large-v3-turbo',
    use: 'stt',
    kind: 'whisper',
    description: 'Whisper large-v3-turbo: speech recognition in about a hundred languages',
    languages: [...many, 'nl', 'pl', 'tr', 'ja', 'zh'],
    licence: 'MIT',
    ramGiB: 4,
    gpuGiB: 3,
    page: 'https://huggingface.co/openai/whisper-large-v3-turbo',
  }),
  large({
    id: 'parakeet-tdt-0.6b-v3',
    use: 'stt',
    kind: 'parakeet',
    description: 'Parakeet TDT 0.6B v3: speech recognition in 25 European languages',
    languages: [...many, 'nl', 'pl', 'sv', 'uk', 'ru'],
    licence: 'CC-BY-4.0',
    ramGiB: 3,
    gpuGiB: 3,
    page: 'https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3',
  }),
  large({
    id: 'moonshine-base-en',
    use: 'stt',
    kind: 'moonshine',
    description: 'Moonshine base: English speech recognition, more exact than tiny',
    languages: ['en'],
    licence: 'MIT',
    ramGiB: 1,
    gpuGiB: 0,
    page: 'https://huggingface.co/UsefulSensors/moonshine-base',
  }),
  large({
    id: 'kokoro-82m',
    use: 'tts',
    kind: 'kokoro',
    description: 'Kokoro 82M in full precision, for GPUs',
    languages: ['en-US', 'en-GB', 'es', 'fr', 'hi', 'it', 'ja', 'pt-BR', 'zh'],
    licence: 'Apache-2.0',
    ramGiB: 1,
    gpuGiB: 1,
    page: 'https://huggingface.co/hexgrad/Kokoro-82M',
  }),
  large({
    id: 'bge-small-en-v1.5',
    use: 'embedding',
    kind: 'bert',
    description: 'bge-small: English sentence vectors of 384 numbers',
    languages: ['en'],
    licence: 'MIT',
    ramGiB: 1,
    gpuGiB: 0,
    page: 'https://huggingface.co/BAAI/bge-small-en-v1.5',
  }),
  large({
    id: 'multilingual-e5-small',
    use: 'embedding',
    kind: 'bert',
    description: 'multilingual-e5-small: sentence vectors of 384 numbers in about a hundred languages',
    languages: [...many, 'nl', 'pl', 'tr', 'ja', 'zh'],
    licence: 'MIT',
    ramGiB: 1,
    gpuGiB: 0,
    page: 'https://huggingface.co/intfloat/multilingual-e5-small',
  }),
];

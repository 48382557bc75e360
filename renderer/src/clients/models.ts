import type { BoxStatus, CatalogueModel, ModelDownload } from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, withId } from '../asking.ts';

/** The speech and language models of the box. */
export const modelsClient = {
  models: () => ask<{ models: CatalogueModel[] }>(paths['model.list']),
  download: (id: string) =>
    ask<{ download: ModelDownload }>(withId('model.download', id), { method: 'POST' }),
  cancel: (id: string) => ask<{ download: ModelDownload }>(withId('model.cancel', id), { method: 'DELETE' }),
  use: (id: string) => ask<{ models: BoxStatus['models'] }>(withId('model.use', id), { method: 'POST' }),
};

import type { MachineHealth } from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask } from '../asking.ts';

/** How the machine under the box does. */
export const boxClient = {
  health: () => ask<MachineHealth>(paths['box.health']),
  logUrl: paths['box.log'],
  apiUrl: paths['api.describe'],
};

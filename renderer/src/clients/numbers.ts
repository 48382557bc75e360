import type {
  Ban,
  DefenceFigures,
  LineProgressAnswer,
  LineReportAnswer,
  LineStatus,
  LineTestRequest,
  NewNumberRequest,
  NewTrunkRequest,
  NumberChangeRequest,
  PhoneLine,
  PhoneNumber,
  Trunk,
  TrunkChangeRequest,
  TrunkPreset,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';

/** Numbers, trunks, and who is kept out. */
export const numbersClient = {
  trunks: () => ask<{ trunks: Trunk[] }>(paths['trunk.list']),
  presets: () => ask<{ presets: TrunkPreset[] }>(paths['trunk.presets']),
  lines: () => ask<{ lines: LineStatus[]; phones: PhoneLine[] }>(paths['line.list']),
  createTrunk: (trunk: NewTrunkRequest) => ask<{ trunk: Trunk }>(paths['trunk.create'], json('POST', trunk)),
  changeTrunk: (id: string, change: TrunkChangeRequest) =>
    ask<{ trunk: Trunk }>(withId('trunk.change', id), json('PATCH', change)),
  removeTrunk: (id: string) => ask<{ removed: true }>(withId('trunk.remove', id), { method: 'DELETE' }),
  testLine: (id: string, request: LineTestRequest) =>
    ask<{ report: LineReportAnswer }>(withId('line.test', id), json('POST', request)),
  lineProgress: (id: string) => ask<LineProgressAnswer>(withId('line.progress', id)),
  addNumber: (tenant: string, number: NewNumberRequest) =>
    ask<{ number: PhoneNumber }>(withId('number.add', tenant), json('POST', number)),
  changeNumber: (tenant: string, number: string, change: NumberChangeRequest) =>
    ask<{ number: PhoneNumber }>(ofTenant('number.change', number, tenant), json('PATCH', change)),
  removeNumber: (tenant: string, number: string) =>
    ask<{ removed: true }>(ofTenant('number.remove', number, tenant), { method: 'DELETE' }),
  defence: () => ask<{ bans: Ban[]; figures: DefenceFigures | null }>(paths['defence.read']),
  liftBan: (address: string) => ask<{ removed: true }>(withId('ban.lift', address), { method: 'DELETE' }),
};

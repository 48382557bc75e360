import type {
  NewPhoneRequest,
  NewRingGroupRequest,
  NewTransferTargetRequest,
  Phone,
  PhoneAccount,
  RingGroup,
  RingGroupChangeRequest,
  TransferTarget,
  TransferTargetChangeRequest,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, withId, withQuery } from '../asking.ts';

/** Phones of a business, and who is put through where. */
export const phonesClient = {
  phones: (tenant: string) => ask<{ phones: Phone[] }>(withQuery(paths['phone.list'], { tenant })),
  createPhone: (phone: NewPhoneRequest) =>
    ask<{ phone: Phone; account: PhoneAccount }>(paths['phone.create'], json('POST', phone)),
  removePhone: (id: string) => ask<{ removed: true }>(withId('phone.remove', id), { method: 'DELETE' }),
  groups: (tenant: string) =>
    ask<{ ringGroups: RingGroup[] }>(withQuery(paths['ringGroup.list'], { tenant })),
  createGroup: (group: NewRingGroupRequest) =>
    ask<{ ringGroup: RingGroup }>(paths['ringGroup.create'], json('POST', group)),
  changeGroup: (id: string, change: RingGroupChangeRequest) =>
    ask<{ ringGroup: RingGroup }>(withId('ringGroup.change', id), json('PATCH', change)),
  removeGroup: (id: string) => ask<{ removed: true }>(withId('ringGroup.remove', id), { method: 'DELETE' }),
  targets: (tenant: string) =>
    ask<{ transferTargets: TransferTarget[] }>(withQuery(paths['transferTarget.list'], { tenant })),
  createTarget: (target: NewTransferTargetRequest) =>
    ask<{ transferTarget: TransferTarget }>(paths['transferTarget.create'], json('POST', target)),
  changeTarget: (id: string, change: TransferTargetChangeRequest) =>
    ask<{ transferTarget: TransferTarget }>(withId('transferTarget.change', id), json('PATCH', change)),
  removeTarget: (id: string) =>
    ask<{ removed: true }>(withId('transferTarget.remove', id), { method: 'DELETE' }),
};

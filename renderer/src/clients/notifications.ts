import type { Notice } from '../../../engine/api/contract/index.ts';
import { type Answer, ask, withId } from '../asking.ts';

export const notifications = (tenant: string): Promise<Answer<{ notifications: Notice[] }>> =>
  ask(withId('notification.list', tenant));

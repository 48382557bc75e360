/** Where each method lives. Apart from the schemas, so that a page can carry it without them. */
export const paths = {
  'tenant.list': '/api/v1/tenants',
  'tenant.create': '/api/v1/tenants',
  'tenant.change': '/api/v1/tenants/:id',
  'trunk.list': '/api/v1/trunks',
  'trunk.create': '/api/v1/trunks',
  'trunk.presets': '/api/v1/trunk-presets',
  'trunk.read': '/api/v1/trunks/:id',
  'trunk.change': '/api/v1/trunks/:id',
  'trunk.remove': '/api/v1/trunks/:id',
  'line.list': '/api/v1/lines',
  'line.test': '/api/v1/trunks/:id/test',
  'line.progress': '/api/v1/trunks/:id/test',
  'line.ladder': '/api/v1/ladders/:id',
  'phone.list': '/api/v1/phones',
  'phone.create': '/api/v1/phones',
  'phone.remove': '/api/v1/phones/:id',
  'ringGroup.list': '/api/v1/ring-groups',
  'ringGroup.create': '/api/v1/ring-groups',
  'ringGroup.change': '/api/v1/ring-groups/:id',
  'ringGroup.remove': '/api/v1/ring-groups/:id',
  'transferTarget.list': '/api/v1/transfer-targets',
  'transferTarget.create': '/api/v1/transfer-targets',
  'transferTarget.change': '/api/v1/transfer-targets/:id',
  'transferTarget.remove': '/api/v1/transfer-targets/:id',
  'ban.list': '/api/v1/bans',
  'ban.lift': '/api/v1/bans/:id',
  'defence.read': '/api/v1/defence',
  'outbound.read': '/api/v1/tenants/:id/outbound',
  'outbound.set': '/api/v1/tenants/:id/outbound',
  'overflow.read': '/api/v1/tenants/:id/overflow',
  'overflow.set': '/api/v1/tenants/:id/overflow',
  'closed.read': '/api/v1/tenants/:id/closed',
  'closed.set': '/api/v1/tenants/:id/closed',
  'call.list': '/api/v1/calls',
  'call.read': '/api/v1/calls/:id',
  'call.recording': '/api/v1/calls/:id/recording',
  'call.transfer': '/api/v1/calls/:id/transfer',
  'call.conference': '/api/v1/calls/:id/conference',
  'call.hold': '/api/v1/calls/:id/hold',
  'call.resume': '/api/v1/calls/:id/resume',
  'call.record': '/api/v1/calls/:id/record',
  'call.press': '/api/v1/calls/:id/press',
  'call.hangUp': '/api/v1/calls/:id/hang-up',
  'appointment.list': '/api/v1/appointments',
  'box.status': '/api/v1/status',
} as const;

export type MethodName = keyof typeof paths;

/** The one WebSocket; see `FeedMessage`. */
export const feedPath = '/api/v1/feed';

/** Probed by whoever watches over the engine. */
export const healthPath = '/health';

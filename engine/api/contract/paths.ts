/** Where each method lives. Apart from the schemas, so that a page can carry it without them. */
export const paths = {
  'tenant.list': '/api/v1/tenants',
  'tenant.create': '/api/v1/tenants',
  'trunk.list': '/api/v1/trunks',
  'trunk.create': '/api/v1/trunks',
  'trunk.remove': '/api/v1/trunks/:id',
  'call.list': '/api/v1/calls',
  'call.read': '/api/v1/calls/:id',
  'call.recording': '/api/v1/calls/:id/recording',
  'appointment.list': '/api/v1/appointments',
  'box.status': '/api/v1/status',
} as const;

export type MethodName = keyof typeof paths;

/** The one WebSocket; see `FeedMessage`. */
export const feedPath = '/api/v1/feed';

/** Probed by whoever watches over the engine. */
export const healthPath = '/health';

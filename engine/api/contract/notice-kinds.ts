/** Apart from the schemas, so that a page can carry them without those. `missed`: a call that nobody helped. */
export const noticeKinds = ['booking', 'missed', 'message', 'alert', 'clash'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

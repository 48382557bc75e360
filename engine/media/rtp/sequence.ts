/** How far 16-bit sequence number `to` lies ahead of `from`, −32768…32767, across the wrap (RFC 1982). */
export const sequenceDistance = (from: number, to: number): number => ((to - from) << 16) >> 16;

/** How far 32-bit timestamp `to` lies ahead of `from`, signed, across the wrap. */
export const timestampDistance = (from: number, to: number): number => (to - from) | 0;

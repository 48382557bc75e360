/** The little of STUN that a binding request needs (RFC 8489). */
const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const headerBytes = 20;
const attributes = { mappedAddress: 0x0001, xorMappedAddress: 0x0020 } as const;
const families = { ipv4: 0x01, ipv6: 0x02 } as const;

export const transactionIdBytes = 12;

export interface MappedAddress {
  readonly address: string;
  readonly port: number;
}

/** A binding request without attributes (RFC 8489 §5). */
export function writeBindingRequest(transactionId: Uint8Array): Buffer {
  const message = Buffer.alloc(headerBytes);
  message.writeUInt16BE(bindingRequest, 0);
  message.writeUInt32BE(magicCookie, 4);
  message.set(transactionId, 8);
  return message;
}

/**
 * The address in the answer to our request: XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS as old servers write it
 * (RFC 8489 §14.1, §14.2).
 *
 * @returns null for anything else, rubbish included
 */
export function readBindingResponse(octets: Buffer, transactionId: Uint8Array): MappedAddress | null {
  if (octets.length < headerBytes || octets.readUInt16BE(0) !== bindingSuccess) return null;
  if (octets.readUInt32BE(4) !== magicCookie || !octets.subarray(8, 20).equals(transactionId)) return null;
  const end = headerBytes + octets.readUInt16BE(2);
  if (end > octets.length) return null;
  let plain: MappedAddress | null = null;
  for (let at = headerBytes; at + 4 <= end; ) {
    const [type, length] = [octets.readUInt16BE(at), octets.readUInt16BE(at + 2)];
    const value = octets.subarray(at + 4, at + 4 + length);
    if (at + 4 + length > end) return null;
    if (type === attributes.xorMappedAddress) {
      const found = readAddress(value, octets.subarray(4, 20));
      if (found) return found;
    } else if (type === attributes.mappedAddress) plain ??= readAddress(value, Buffer.alloc(16));
    // Attributes are padded to four octets.
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return plain;
}

function readAddress(value: Buffer, mask: Buffer): MappedAddress | null {
  const size = value[1] === families.ipv4 ? 4 : value[1] === families.ipv6 ? 16 : 0;
  if (size === 0 || value.length !== 4 + size) return null;
  const port = value.readUInt16BE(2) ^ mask.readUInt16BE(0);
  const bytes = [...value.subarray(4)].map((byte, index) => byte ^ (mask[index] ?? 0));
  if (size === 4) return { address: bytes.join('.'), port };
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  // The URL parser writes an address of IPv6 the short way (RFC 5952).
  return { address: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1), port };
}

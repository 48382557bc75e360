import { createSocket } from 'node:dgram';
import { headerValue } from '../../../engine/sip/message/headers.ts';
import type { SipRequest } from '../../../engine/sip/message/model.ts';
import { parseMessage } from '../../../engine/sip/message/parse.ts';

/** What the carrier says to a request, after so long; null where it says nothing. */
export interface CarrierAnswer {
  /** `503 Service Unavailable` */
  readonly status: string;
  /** Whole lines. */
  readonly headers?: readonly string[];
  readonly afterMs?: number;
}

export interface FakeCarrier {
  readonly port: number;
  /** Every request that came, repetitions too. */
  readonly heard: readonly SipRequest[];
  heardOf(method: string): readonly SipRequest[];
  /** By method; one that is missing gets no answer. */
  replies: Readonly<Record<string, readonly CarrierAnswer[]>>;
  /** Answers in the name of another address in Via. */
  seesUsAs: { readonly address: string; readonly port: number } | null;
  close(): void;
}

const host = '127.0.0.1';

/** A carrier over UDP that says what it is told to, right or wrong, and nothing else. */
export async function fakeCarrier(replies: FakeCarrier['replies'] = {}): Promise<FakeCarrier> {
  const socket = createSocket('udp4');
  const heard: SipRequest[] = [];
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  let isClosed = false;
  const carrier: FakeCarrier = {
    port: socket.address().port,
    heard,
    heardOf: (method) => heard.filter((request) => request.method === method),
    replies,
    seesUsAs: null,
    close: () => {
      isClosed = true;
      socket.close();
    },
  };
  socket.on('message', (octets, from) => {
    const message = parseMessage(octets)?.message;
    if (message?.kind !== 'request') return;
    heard.push(message);
    const seen = carrier.seesUsAs ?? from;
    for (const { status, headers = [], afterMs = 0 } of carrier.replies[message.method] ?? []) {
      const text = answer(message, { status, headers, seen });
      setTimeout(() => !isClosed && socket.send(text, from.port, from.address), afterMs);
    }
  });
  return carrier;
}

function answer(
  request: SipRequest,
  parts: {
    readonly status: string;
    readonly headers: readonly string[];
    readonly seen: { readonly address: string; readonly port: number };
  },
): string {
  const { status, headers, seen } = parts;
  const value = (name: string): string => headerValue(request.headers, name) ?? '';
  const via = value('Via').replace(/;rport\b/, `;received=${seen.address};rport=${seen.port}`);
  const to = status.startsWith('100') ? value('To') : `${value('To')};tag=carrier`;
  const copied = [`Via: ${via}`, `From: ${value('From')}`, `To: ${to}`];
  const rest = [`Call-ID: ${value('Call-ID')}`, `CSeq: ${value('CSeq')}`, ...headers];
  return [`SIP/2.0 ${status}`, ...copied, ...rest, 'Content-Length: 0', '', ''].join('\r\n');
}

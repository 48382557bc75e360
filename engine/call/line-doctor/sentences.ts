import type { LineFault, Observations } from './model.ts';
import { isEchoTarget } from './verdict.ts';

/** One plain sentence for each fault: what is wrong, and what to do. */
export function sentenceOf(fault: LineFault, seen: Observations): string {
  return sentences[fault](seen);
}

type Sentence = (seen: Observations) => string;

const place = ({ next }: Observations): string => (next ? `${next.host} port ${next.port}` : 'the carrier');
const user = ({ trunk }: Observations): string => `“${trunk.authUsername ?? ''}”`;
const transport = ({ trunk }: Observations): string => trunk.transport.toUpperCase();

const sentences: Readonly<Record<LineFault, Sentence>> = {
  'no-host': () =>
    'This trunk has no host, so the box can take its calls but cannot place or test any: enter the server name that your carrier gives.',
  'name-unresolved': ({ next }) =>
    `The name ${next?.host ?? ''} leads nowhere: check its spelling, and that this machine can look names up (DNS).`,
  'port-blocked': (seen) =>
    seen.port?.trouble === 'refused'
      ? `Nobody listens at ${place(seen)} over ${transport(seen)}: check host, port and transport, and that the service at the other side runs; a firewall is unlikely.`
      : seen.port?.trouble === 'unreachable'
        ? `There is no way from this machine to ${place(seen)}: check the network cable, the gateway and the VPN of this machine.`
        : `Nothing comes back from ${place(seen)} over ${transport(seen)}: check host, port and transport, and open that port in your firewall and router.`,
  'certificate-expired': (seen) =>
    `The certificate of ${place(seen)} is not valid today: check the clock of this machine, else ask the carrier to renew it.`,
  'certificate-untrusted': (seen) =>
    `The certificate of ${place(seen)} comes from an issuer that this box does not trust: name the issuer's certificate in sipTlsCa, or ask the carrier for one from a public authority.`,
  'certificate-wrong-name': ({ next }) =>
    `The server presents a certificate for another name than ${next?.host ?? ''}: enter exactly the server name that the carrier gives, not its IP address.`,
  'tls-failed': (seen) =>
    `${place(seen)} answers, but not with TLS: use the carrier's TLS port (often 5061), or set the transport to UDP or TCP.`,
  'unknown-user': (seen) =>
    seen.account?.status === 403
      ? `The carrier refuses the user ${user(seen)}: check user name, domain and password exactly as the carrier shows them for SIP, and that the account is active.`
      : `The carrier does not know the user ${user(seen)}: check user name and domain exactly as the carrier shows them for SIP.`,
  'wrong-password': (seen) =>
    `The carrier refuses the password of user ${user(seen)}: enter the SIP password again (it is often another one than for the carrier's web page).`,
  'registration-refused': ({ account }) =>
    `The carrier refuses the registration with ${account?.status ?? ''}${account?.reason ? ` ${account.reason}` : ''}: ask whether the account is active and may register from your address.`,
  'no-registration': ({ account }) =>
    account?.status === null
      ? 'The server is there but does not answer registrations, so calls to your number do not reach the box: check that the host is the registrar, or use a trunk without registration.'
      : 'The carrier holds no registration of this box, so calls to your number do not reach it: switch the trunk on, and check that the carrier allows this account to register.',
  'number-unknown': ({ target }) =>
    `The carrier does not know the number that was called (${target ?? ''}): check how it wants numbers written (with + or without), or test with another target.`,
  'call-refused': ({ call }) =>
    `The carrier refuses calls with ${call?.status ?? ''}${call?.reason ? ` ${call.reason}` : ''}: check that the account may call out, that its caller id is one of yours, and that your IP address is allowed.`,
  'call-unanswered': ({ target }) =>
    `The test call to ${target ?? ''} was not answered: test with a target that picks up, for example the carrier's echo number.`,
  'codec-mismatch': ({ call }) =>
    `The two sides have no audio codec in common (offered: ${call?.offered.codecs.join(', ') ?? ''}): enable PCMU or PCMA (G.711) for this trunk here and at the carrier.`,
  'srtp-refused': () =>
    'The carrier refuses encrypted audio (SRTP): switch secure media on at the carrier, usually together with TLS, or set SRTP to off for this trunk.',
  'acknowledgement-lost': ({ call }) =>
    call !== null && call.acknowledgedElsewhere !== null
      ? `The other side wants our acknowledgement at ${call.acknowledgedElsewhere}, where it does not arrive, and will drop calls after half a minute: have it set its own public address (the Contact of its answers).`
      : 'The carrier keeps repeating its answer because our acknowledgement does not reach it, and will drop calls after half a minute: check the firewall, and switch off “SIP ALG” in your router.',
  'wrong-public-address': ({ call }) =>
    `The box tells the carrier to send audio to ${call?.offered.audio.address ?? ''}, but the carrier sees it at ${call?.seenAs ?? ''}: set the public address in the settings, or clear it so that it is found by itself.`,
  'wrong-peer-address': ({ call }) =>
    `The other side tells us to send audio to ${call?.answered?.audio?.address ?? ''}, which cannot be reached from here: its own public address is set wrongly, so ask the carrier or correct the PBX.`,
  'no-audio': () =>
    'The call is answered but audio passes in neither direction: open the UDP ports for RTP in firewall and router, and switch off “SIP ALG”.',
  'one-way-audio-in': () =>
    'Callers cannot be heard: the call is answered but no audio arrives here, so open the UDP ports for RTP inwards and switch off “SIP ALG” in the router.',
  'one-way-audio-out': ({ call, target }) =>
    !isEchoTarget(target) && call?.audio?.remoteLossFraction === null
      ? `It could not be seen whether ${target ?? 'the target'} hears the box, for our tones did not come back: test again with a target that sends back what it hears, and if that is one, allow UDP outwards to every port of the carrier.`
      : 'Callers cannot hear the box: audio arrives here, but what we send does not come out at the other side, so allow UDP outwards to every port of the carrier.',
  'audio-stops': () =>
    'Audio begins and then stops although the call goes on: a firewall or router forgets the connection, so raise its UDP timeout and switch off “SIP ALG”.',
  'dtmf-not-agreed': () =>
    'The carrier did not agree to send keys as telephone events (RFC 4733), so pressed keys can get lost: enable RFC 2833/4733 at the carrier, or set keys to in-band for this trunk.',
  'dtmf-lost': () =>
    'Audio passes but pressed keys do not arrive: set the way of sending keys (RFC 4733, INFO or in-band) to the same here and at the carrier.',
  'refer-refused': () =>
    'The carrier does not take transfers (REFER), so transferred calls stay connected through the box and use two lines: ask the carrier to enable REFER, or plan for it.',
  'not-fully-tested': () =>
    'Nothing is wrong as far as it could be seen, but not everything could be tested: test again with a target that sends back what it hears.',
  'all-well': () => 'All is well: every check passed.',
};

/** Telephone signalling: the embedded SIP server, the call control that speaks to it, SDP and digest. */
export type { CallControlTarget } from './call-control.ts';
export { connectCallControl } from './call-control.ts';
export type { Digest, DigestAlgorithm, DigestVerdict, Ha1, PasswordTries } from './digest.ts';
export { createDigest, ha1Of, ha1PairOf, sipRealm } from './digest.ts';
export type { ChallengeAnswer } from './digest-client.ts';
export { answerChallenge } from './digest-client.ts';
export type { Invitation, InvitationSource, ReplacedCall } from './invitation.ts';
export { readInvitation, readReplaces } from './invitation.ts';
export type { Ladder, LadderRow } from './ladder.ts';
export { bodyOf, headersOf, ladderOf, ladderText, receivedOf } from './ladder.ts';
export type { StunOptions } from './nat/stun.ts';
export { askStun } from './nat/stun.ts';
export type { MappedAddress } from './nat/stun-message.ts';
export type { BindingLimits } from './registrar/bindings.ts';
export type { Binding, RegistrarPorts } from './registrar/model.ts';
export { keepPhonesReachable } from './registrar/phones-behind-nat.ts';
export type { Registrar, RegistrarOptions } from './registrar/registrar.ts';
export { createRegistrar, nextHopOf } from './registrar/registrar.ts';
export { retryAfterOf } from './registration/answer.ts';
export { Credentials } from './registration/credentials.ts';
export type { Registration, RegistrationOptions, RegistrationState } from './registration/model.ts';
export type { ProbeOptions, ProbeResult } from './registration/probe.ts';
export { probeOptions } from './registration/probe.ts';
export { startRegistration } from './registration/registration.ts';
export type { SeenVia } from './registration/via.ts';
export { readVia } from './registration/via.ts';
export { buildAnswer, commonDirection } from './sdp/answer.ts';
export { nextDescription } from './sdp/describe.ts';
export type {
  AudioCodec,
  AudioOffer,
  MediaAddress,
  MediaDirection,
  NegotiatedAudio,
  SdpMedia,
  SdpOffer,
  SrtpKey,
  SrtpMode,
  SrtpSuite,
} from './sdp/model.ts';
export { negotiateAudio } from './sdp/negotiate.ts';
export { acceptAnswer, buildOffer } from './sdp/offer.ts';
export { parseOffer } from './sdp/parse.ts';
export type { SipServer, SipServerOptions } from './server.ts';
export { startSip } from './server.ts';
export type {
  Srf,
  SrfAnswer,
  SrfCall,
  SrfContent,
  SrfCredentials,
  SrfDialog,
  SrfHandler,
  SrfHeaders,
  SrfLateOffer,
  SrfProgress,
  SrfRejection,
  SrfRequest,
  SrfResponse,
} from './srf.ts';
export type { TransportName } from './transport/flow.ts';
export { plainAddress } from './transport/flow.ts';
export { isPrivateAddress, localAddressFor } from './transport/local-address.ts';
export { addressesOf } from './transport/resolve.ts';
export type { TlsTrust } from './transport/tls.ts';
export type { GuardedSource, SipGuard, SipTrace } from './watch.ts';
export { requestWithin } from './within.ts';

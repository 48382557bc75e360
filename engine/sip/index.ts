/** Telephone signalling: the embedded SIP server, the call control that speaks to it, SDP and digest. */
export type { CallControlTarget } from './call-control.ts';
export { connectCallControl } from './call-control.ts';
export type { Digest, DigestVerdict } from './digest.ts';
export { createDigest, ha1Of, sipRealm } from './digest.ts';
export type { Invitation, InvitationSource } from './invitation.ts';
export { readInvitation } from './invitation.ts';
export { buildAnswer } from './sdp/answer.ts';
export type { AudioCodec, MediaDirection, NegotiatedAudio, SdpMedia, SdpOffer } from './sdp/model.ts';
export { negotiateAudio } from './sdp/negotiate.ts';
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
  SrfProgress,
  SrfRejection,
  SrfRequest,
  SrfResponse,
} from './srf.ts';
export { plainAddress } from './transport/flow.ts';
export { localAddressFor } from './transport/local-address.ts';

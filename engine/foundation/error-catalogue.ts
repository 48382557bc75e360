import { accessErrors } from './access-errors.ts';
import { agentErrors } from './agent-errors.ts';
import { calendarErrors } from './calendar-errors.ts';
import { providerErrors } from './provider-errors.ts';

/**
 * The one catalogue of expected failures. Nobody compares message texts: code compares `code`.
 * `docs/errors.md` is tested against this table both ways.
 */
export type ErrorCategory = 'input' | 'refused' | 'missing' | 'conflict' | 'busy' | 'environment' | 'broken';

export interface ErrorEntry {
  readonly category: ErrorCategory;
  /** True when trying the same again cannot help. */
  readonly permanent: boolean;
  /** HTTP status the API answers with. */
  readonly apiStatus: number;
  /** SIP status a caller's side gets, where the failure can end an INVITE. */
  readonly sipStatus?: number;
  /** What the agent says when the failure reaches a caller. */
  readonly spoken?: string;
  /** What it means and what to do, for the person who runs the box. */
  readonly help: string;
}

export const errorCatalogue = {
  config_invalid: {
    category: 'input',
    permanent: true,
    apiStatus: 400,
    help: 'A flag, variable or configuration file holds a value that is not allowed. Correct the value that the message names.',
  },
  port_in_use: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    help: 'Another program listens on that port. Stop it, or choose another port with --http-port or --sip-port.',
  },
  data_dir_locked: {
    category: 'conflict',
    permanent: false,
    apiStatus: 503,
    help: 'Another engine runs on this data directory. Stop it, or give this one a directory of its own with --data.',
  },
  data_dir_unwritable: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    help: 'The data directory cannot be written. Check its owner and permissions, or choose another with --data.',
  },
  disk_full: {
    category: 'environment',
    permanent: false,
    apiStatus: 507,
    sipStatus: 503,
    spoken: "I'm sorry, I can't save that right now. Please call back a little later.",
    help: 'The disk that holds the data directory is full. Free some space; what was already stored is safe.',
  },
  database_broken: {
    category: 'broken',
    permanent: true,
    apiStatus: 500,
    help: 'A database cannot be opened: wrong key or damaged file. Restore it from a back-up.',
  },
  database_version: {
    category: 'conflict',
    permanent: true,
    apiStatus: 500,
    help: 'The data was written by another version of Voxbox. If that was a newer one, install it again; if it was an older one, start the engine once: it brings the data up to date.',
  },
  model_missing: {
    category: 'missing',
    permanent: false,
    apiStatus: 503,
    sipStatus: 503,
    help: 'A model file is not on this box. Fetch it with: npm run voxbox -- models pull',
  },
  model_corrupted: {
    category: 'broken',
    permanent: false,
    apiStatus: 503,
    sipStatus: 503,
    help: 'A model file does not match its checksum. Fetch it again with: npm run voxbox -- models pull',
  },
  model_too_large: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    sipStatus: 503,
    help: 'A model needs more memory than this box has left. Choose a smaller one with: npm run voxbox -- models use',
  },
  model_source_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    help: 'None of the sources of a model could be reached. Check the connection, or copy the models folder from another box and set VOXBOX_MODELS_FROM.',
  },
  inference_unavailable: {
    category: 'broken',
    permanent: false,
    apiStatus: 503,
    sipStatus: 503,
    spoken: "I'm sorry, we are having technical trouble. Please call back in a few minutes.",
    help: 'The process that runs the models has stopped. It is restarted by itself; see the log for the reason.',
  },
  inference_failed: {
    category: 'broken',
    permanent: false,
    apiStatus: 500,
    help: 'A model could not process a request. See the log for the reason.',
  },
  aborted: {
    category: 'refused',
    permanent: false,
    apiStatus: 499,
    help: 'The request was withdrawn before it was finished.',
  },
  deadline_exceeded: {
    category: 'busy',
    permanent: false,
    apiStatus: 504,
    help: 'The request took longer than it may. The box may be overloaded.',
  },
  call_worker_unavailable: {
    category: 'broken',
    permanent: false,
    apiStatus: 503,
    sipStatus: 503,
    help: 'The process that carries calls has stopped. It is restarted by itself; its calls are marked interrupted.',
  },
  capacity_reached: {
    category: 'busy',
    permanent: false,
    apiStatus: 503,
    sipStatus: 486,
    help: 'The box carries as many calls as it is allowed to.',
  },
  business_closed: {
    category: 'refused',
    permanent: false,
    apiStatus: 503,
    sipStatus: 486,
    help: 'The business is closed, and its policy for that is to take no calls. Change it with: voxbox overflow set --when closed',
  },
  call_not_in_agents_hands: {
    category: 'conflict',
    permanent: false,
    apiStatus: 409,
    help: 'That can be done while the agent has the caller: not while people have them, while they are on hold or being put through, and not all of it in a practice talk.',
  },
  call_not_recorded: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'There is no recording to pause or go on with: the business has recording switched off, or people of the house talk with each other.',
  },
  no_usable_codec: {
    category: 'input',
    permanent: true,
    apiStatus: 400,
    sipStatus: 488,
    help: 'The other side offers no codec that the box speaks. Enable one of PCMU, PCMA, G.722 or Opus at the carrier or phone; where only the encryption differs, change the SRTP setting of the trunk.',
  },
  sdp_invalid: {
    category: 'input',
    permanent: true,
    apiStatus: 400,
    sipStatus: 400,
    help: 'The session description of the other side cannot be read.',
  },
  call_control_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    help: 'The SIP server that carries the calls cannot be reached, or refuses the secret. See the log; for an external one check its address and secret.',
  },
  sip_source_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 403,
    sipStatus: 403,
    help: 'A call came from an address that is neither trusted nor authenticated. Add a trunk for it, or give the phone a password.',
  },
  number_unknown: {
    category: 'missing',
    permanent: true,
    apiStatus: 404,
    sipStatus: 404,
    spoken:
      'We are sorry, the number you have dialed is not in service. Please check the number and dial again.',
    help: 'A number was called that belongs to no tenant, or is switched off.',
  },
  tenant_suspended: {
    category: 'refused',
    permanent: true,
    apiStatus: 403,
    sipStatus: 480,
    spoken: 'Thank you for calling. We are not able to take your call at this time. Please try again later.',
    help: 'The tenant is suspended or its subscription has ended.',
  },
  tenant_unknown: {
    category: 'missing',
    permanent: true,
    apiStatus: 404,
    help: 'There is no tenant with that id.',
  },
  tenant_exists: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'A tenant with that slug, or with that number, exists already.',
  },
  archive_unreadable: {
    category: 'input',
    permanent: true,
    apiStatus: 422,
    help: 'The file is no archive of a business, is damaged, or was sealed with another passphrase. Nothing was changed; try the passphrase again, or export the business once more.',
  },
  not_found: {
    category: 'missing',
    permanent: true,
    apiStatus: 404,
    help: 'There is nothing with that id.',
  },
  input_invalid: {
    category: 'input',
    permanent: true,
    apiStatus: 400,
    help: 'A value that was given is not allowed. The message names it.',
  },
  request_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 403,
    help: 'The request came from another web page, or under a name that is not this machine. Open the page under the address that the engine prints when it starts.',
  },
  ...accessErrors,
  ...calendarErrors,
  trunk_unknown: {
    category: 'missing',
    permanent: true,
    apiStatus: 404,
    help: 'There is no trunk with that id or name. See: npm run voxbox -- trunks list',
  },
  trunk_unavailable: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    sipStatus: 503,
    spoken: "I'm sorry, I can't reach the outside line right now.",
    help: 'No trunk can carry the call: each is switched off, full or does not answer. Test the line with: npm run voxbox -- line test',
  },
  transfer_target_unknown: {
    category: 'missing',
    permanent: true,
    apiStatus: 404,
    sipStatus: 404,
    spoken: "I'm sorry, I don't have an extension for that.",
    help: 'There is no transfer target with that name or id. Add it with: npm run voxbox -- transfer-targets add',
  },
  transfer_failed: {
    category: 'broken',
    permanent: false,
    apiStatus: 502,
    sipStatus: 480,
    spoken: "I'm sorry, I couldn't connect you.",
    help: 'The other side did not take the transferred call. The details say which SIP status it gave; the caller is still with the agent.',
  },
  leg_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 503,
    sipStatus: 480,
    spoken: "I'm sorry, I can't reach them right now.",
    help: 'The phone or number could not be reached: the phone is not registered, or the network or the trunk gave no answer. See: npm run voxbox -- phones list',
  },
  callee_busy: {
    category: 'busy',
    permanent: false,
    apiStatus: 409,
    sipStatus: 486,
    spoken: "I'm sorry, that line is busy.",
    help: 'The person who was called is on another call.',
  },
  callee_no_answer: {
    category: 'busy',
    permanent: false,
    apiStatus: 504,
    sipStatus: 480,
    spoken: "I'm sorry, nobody is answering there.",
    help: 'The phone rang, and nobody answered in time.',
  },
  outbound_not_allowed: {
    category: 'refused',
    permanent: true,
    apiStatus: 403,
    sipStatus: 403,
    spoken: "I'm sorry, I can't call that number.",
    help: 'The rules for outgoing calls do not allow that number. The details give the reason; change the rules with: npm run voxbox -- outbound set',
  },
  outbound_limit_reached: {
    category: 'refused',
    permanent: false,
    apiStatus: 429,
    sipStatus: 480,
    spoken: "I'm sorry, I can't make that call right now.",
    help: 'The tenant has as many outgoing calls as it may have together, or has used up those of this hour or its spend of this day. Wait, or raise the limit with: npm run voxbox -- outbound set',
  },
  source_banned: {
    category: 'refused',
    permanent: false,
    apiStatus: 403,
    sipStatus: 403,
    help: 'That address was shut out because it behaved like a scanner or guessed passwords. The ban ends by itself; lift it now with: npm run voxbox -- bans lift',
  },
  line_test_failed: {
    category: 'environment',
    permanent: false,
    apiStatus: 502,
    help: 'The line test found a fault. Its report names the step that failed and what to change.',
  },
  certificate_invalid: {
    category: 'environment',
    permanent: true,
    apiStatus: 400,
    help: 'A TLS certificate or key cannot be read, does not fit the other, has expired, or is not trusted. Renew it, or correct sipTlsKey, sipTlsCert and sipTlsCa.',
  },
  ...providerErrors,
  recording_unusable: {
    category: 'input',
    permanent: false,
    apiStatus: 422,
    help: 'A voice can be copied well from 20 to 60 seconds of one person who speaks in a quiet room, close to the microphone. Record it again.',
  },
  consent_unproven: {
    category: 'refused',
    permanent: false,
    apiStatus: 422,
    help: 'A voice is copied only with the consent of its owner, in their own words on a recording. Have the sentence read again, word by word.',
  },
  voice_copy_unavailable: {
    category: 'missing',
    permanent: false,
    apiStatus: 409,
    help: 'No service that copies voices is in the chain of voices with a key. Add Cartesia or ElevenLabs there first.',
  },
  document_unreadable: {
    category: 'input',
    permanent: true,
    apiStatus: 422,
    help: 'A document holds no text that can be read: it is damaged, protected by a password, a scan without text, or of another kind than PDF, DOCX, HTML, Markdown, text or CSV. Save it in one of these and add it again.',
  },
  document_too_large: {
    category: 'input',
    permanent: true,
    apiStatus: 413,
    help: 'A document is larger than 20 MB, holds more than two million characters, or needs too much time or memory to read. Split it and add the parts.',
  },
  address_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 422,
    help: 'Only http and https addresses of the public internet are read. To add a page of your own network, save it as a file and add that.',
  },
  address_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 502,
    help: 'A web address could not be read: it does not answer, answers with an error, or leads on too often. Check it in a browser, or save the page as a file and add that.',
  },
  recording_broken: {
    category: 'broken',
    permanent: true,
    apiStatus: 500,
    help: 'The recording of a call is damaged, or another file lies in its place. The transcript is not touched; restore the file from a back-up.',
  },
  after_call_failed: {
    category: 'broken',
    permanent: false,
    apiStatus: 500,
    help: 'A step of the work after a call failed. It is tried again a few times; the transcript is safe. See the log for the reason.',
  },
  ...agentErrors,
  command_unknown: {
    category: 'input',
    permanent: true,
    apiStatus: 400,
    help: 'There is no such command. See: npm run voxbox -- --help',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

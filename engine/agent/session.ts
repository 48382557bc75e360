import { quietLiveKit } from '../speech/index.ts';
import { Conversation } from './session-loop.ts';
import type { AgentCallSession, AgentSessionOptions } from './session-model.ts';

/**
 * Starts the voice loop of one call and says the greeting.
 *
 * @throws what LiveKit throws when a session cannot be built; afterwards failures are spoken, not thrown
 */
export async function startAgentSession(options: AgentSessionOptions): Promise<AgentCallSession> {
  quietLiveKit();
  const conversation = new Conversation(options);
  await conversation.start();
  return conversation;
}

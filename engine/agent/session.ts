import { Conversation } from './conversation.ts';
import type { AgentCallSession, AgentSessionOptions } from './session-model.ts';

/** Starts the voice loop of one call and says the greeting. Failures are spoken, not thrown. */
export function startAgentSession(options: AgentSessionOptions): AgentCallSession {
  const conversation = new Conversation(options);
  conversation.start();
  return conversation;
}

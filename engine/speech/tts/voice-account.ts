/** A tenant's account with a service that speaks. */
export interface VoiceAccount {
  readonly key: string | null;
  /** Null or absent: the service's own. */
  readonly baseUrl?: string | null;
  readonly model?: string | null;
}

/** What was consumed. */
export type Usage = {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  /** Null once a model without a price was used. */
  usd: number | null;
  modelCalls: number;
  toolCalls: number;
};

/** What model calls consumed; tool calls are counted by their attempts, but for those of inner runs. */
export type ModelCallUsage = Readonly<Omit<Usage, "toolCalls">> & { readonly toolCalls?: number };

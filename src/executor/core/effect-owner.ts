/** The subtask of a run that had an effect. */
export type EffectOwner = { readonly runId: string; readonly subtask: string };

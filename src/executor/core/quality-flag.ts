/** Something a reader of the output must know about its quality. */
export type QualityFlag = {
  readonly code: string;
  /** Left out for what is said about the output as a whole. */
  readonly subtask?: string;
  readonly message: string;
};

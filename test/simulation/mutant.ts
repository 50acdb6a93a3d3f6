/** A rule of the executor, broken in one line. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  /** Found exactly once in the file. */
  readonly text: string;
  readonly instead: string;
};

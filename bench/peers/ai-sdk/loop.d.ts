/** The packages of this folder are installed only to measure, so they have no types here. */
export function runToolLoop(options: {
  readonly url: string;
  readonly goal: string;
  readonly tools: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly inputSchema: unknown;
        readonly execute: (input: never) => unknown;
      }
    >
  >;
}): Promise<string>;

/** What the governor tells the runs. */
export type GovernorNews =
  | { readonly type: "admission_granted"; readonly ticket: string }
  /** Its circuit is open; it goes on waiting. */
  | { readonly type: "admission_delayed"; readonly ticket: string; readonly until: number }
  | {
      readonly type: "breaker_opened";
      readonly tool: string;
      readonly circuit: string;
      readonly until: number;
    }
  | { readonly type: "breaker_closed"; readonly tool: string; readonly circuit: string };

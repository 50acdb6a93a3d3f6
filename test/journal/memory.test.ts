import { createMemoryJournal } from "../../src/journal/memory.ts";
import { describeJournal } from "../contracts/journal.ts";

describeJournal("The journal in memory", async () => {
  const journal = createMemoryJournal();
  return { open: async () => journal, [Symbol.asyncDispose]: () => journal.close() };
});

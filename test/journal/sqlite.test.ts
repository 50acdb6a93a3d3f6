import { describeDurableJournal, describeJournal } from "../contracts/journal.ts";
import { makeSqliteStore } from "./sqlite-store.ts";

describeJournal("The journal in SQLite", makeSqliteStore);
describeDurableJournal("The journal in SQLite", makeSqliteStore);

import { isLive, type Screen } from "./io.ts";
import { plainWatch, type Watch } from "./watch.ts";

/** A live tree on a terminal, plain lines elsewhere. */
export async function openWatch(screen: Screen): Promise<Watch> {
  // Loaded where there is a terminal: half of it is the width of characters.
  return isLive(screen) ? (await import("./live-watch.ts")).liveWatch(screen) : plainWatch(screen);
}

/**
 * A limit of so much in any stretch of so long, as a machine without clock: unlike a bucket
 * that refills, it is kept wherever the stretch begins.
 *
 * W1. The amounts that were taken in any window never sum to more than the limit, unless one
 *     alone does.
 */

export type WindowState = { readonly entries: { readonly at: number; amount: number }[] };

export function initialWindow(): WindowState {
  return { entries: [] };
}

export type WindowLimit = { readonly limit: number; readonly windowMs: number };

/** @returns milliseconds until the amount fits; 0 for now */
export function waitForRoom(
  { entries }: WindowState,
  { limit, windowMs }: WindowLimit,
  amount: number,
  at: number,
): number {
  while (entries[0] !== undefined && at - entries[0].at >= windowMs) entries.shift();
  let sum = entries.reduce((total, entry) => total + entry.amount, 0);
  for (const entry of entries) {
    if (sum + amount <= limit) return 0;
    sum -= entry.amount;
    if (sum + amount <= limit) return entry.at + windowMs - at;
  }
  // More than the limit at once fits into no window; alone it is let through.
  const last = entries.at(-1);
  return last === undefined ? 0 : last.at + windowMs - at;
}

/** Take an amount that fits. @returns the entry, of which the amount may be corrected */
export function takeRoom(state: WindowState, amount: number, at: number): { amount: number } {
  const entry = { at, amount };
  state.entries.push(entry);
  return entry;
}

import type { AdmissionPolicy } from "../../base/admission.ts";

/**
 * Whether a tool could ever be called.
 * @param pools units of each resource pool
 * @returns what is wrong with what it uses; undefined for nothing
 */
export function checkUses(
  { uses }: AdmissionPolicy,
  pools: { readonly [pool: string]: number },
): string | undefined {
  for (const [pool, units] of Object.entries(uses)) {
    const capacity = Object.hasOwn(pools, pool) ? pools[pool] : undefined;
    if (capacity === undefined) return `it uses the resource pool "${pool}", which nobody has`;
    if (units > capacity) {
      return `it uses ${units} of the resource pool "${pool}", which has ${capacity}`;
    }
  }
  return undefined;
}

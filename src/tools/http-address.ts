/** Which addresses the HTTP tools may reach: plans are written by models, and pages are foreign. */

import { type LookupAddress, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { ToolError } from "../base/errors.ts";

/** Finds all addresses of a host. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Public by its range, and yet the host's own: the metadata service of Azure. */
const METADATA = new Set(["168.63.129.16"]);

/** Whether an address is one of the public internet. An IPv4 address in IPv6 counts as itself. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === "unicast" && !METADATA.has(parsed.toString());
}

/** Which addresses may be reached, and how names lead to them. */
export type HostPolicy = {
  /** @default isPublicAddress */
  readonly isAllowed?: ((address: string) => boolean) | undefined;
  /** @default the system's resolver */
  readonly resolve?: Resolve | undefined;
};

/**
 * @throws {ToolError} `tool.forbidden` for a URL whose host is an address that is not allowed;
 *   names are judged when they are resolved
 */
export function requireAllowedHost(
  { hostname }: URL,
  { isAllowed = isPublicAddress }: HostPolicy,
): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host) && !isAllowed(host)) throw refused(hostname, host);
}

/**
 * A lookup for sockets that refuses a host of which any address is not allowed. The socket
 * connects to the very address that was judged.
 */
export function guardedLookup({
  isAllowed = isPublicAddress,
  resolve = resolveAll,
}: HostPolicy): LookupFunction {
  return (host, options, callback) => {
    resolve(host, (error, addresses) => {
      const [first] = addresses;
      const wrong = addresses.find(({ address }) => !isAllowed(address));
      if (error !== null) callback(error, "");
      else if (wrong !== undefined) callback(refused(host, wrong.address), "");
      else if (first === undefined) callback(new Error(`${host} has no address`), "");
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const resolveAll: Resolve = (host, done) => systemLookup(host, { all: true }, done);

function refused(host: string, address: string): ToolError {
  const which = host === address || host === `[${address}]` ? host : `${host} (${address})`;
  return new ToolError("tool.forbidden", `${which} is no public address.`, {
    retryable: false,
    hint: "HTTP tools reach the public internet only; --allow-private-hosts lifts that.",
  });
}

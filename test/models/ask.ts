import { createModel, type ModelOptions } from "../../src/models/create-model.ts";
import type { Model, ModelRequest } from "../../src/models/model.ts";
import type { ProtocolServer, Wire } from "../protocol-server.ts";

/** Retries that do not wait, for tests that are not about waiting. */
const AT_ONCE = { initialMs: 0, maxMs: 0 };

/** The model of a wire, at this server. */
export function modelAt(
  server: Pick<ProtocolServer, "url">,
  wire: Wire,
  options: Partial<ModelOptions> = {},
): Model {
  const { url } = server;
  return createModel(wire.model(url), { env: wire.env(url), retry: AT_ONCE, ...options });
}

/** The smallest request there is. */
export function request(more: Partial<ModelRequest> = {}): ModelRequest {
  return { system: [], messages: [{ role: "user", content: "Hello" }], ...more };
}

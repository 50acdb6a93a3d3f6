/** A plan that begins while its model still writes it, over every provider's wire. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool } from "../../src/index.ts";
import { answer, ProtocolServer, type Reply, WIRES, type Wire } from "../protocol-server.ts";

const call = (id: string, tool: string, n: unknown) => ({
  id,
  tool,
  input: [{ name: "n", value: n }],
});

/** An answer of which the end waits for something. */
function held(wire: Wire, pieces: readonly [string, string], until: Promise<unknown>): Reply {
  return async (response) => {
    const { all } = wire.frames({ pieces });
    const cut = all.findIndex((frame) => frame.includes(JSON.stringify(pieces[1]).slice(1, 20)));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const frame of all.slice(0, cut)) response.write(frame);
    await until;
    response.end(all.slice(cut).join(""));
  };
}

function planwrightOf(wire: Wire, url: string, calls: string[], onCall = () => {}) {
  const tool = (name: string, effects: "read" | "write") =>
    defineTool({
      name,
      description: `Call ${name}.`,
      input: z.object({ n: z.number() }),
      output: z.object({ n: z.number() }),
      effects,
      run: ({ n }) => {
        calls.push(`${name} ${n}`);
        onCall();
        return { n: n + 1 };
      },
    });
  return createPlanwright({
    model: wire.model(url),
    env: wire.env(url),
    journal: "memory:",
    tools: [tool("look", "read"), tool("change", "write")],
    builtinTools: false,
  });
}

const FIRST = JSON.stringify({ subtasks: [call("a", "look", 1), call("b", "change", 5)] }).slice(
  0,
  -2,
);

describe.each(WIRES)("a plan streamed by $name", (wire) => {
  it("begins to look before it is whole, and to change when it is", async () => {
    const calls: string[] = [];
    const looked = Promise.withResolvers<void>();
    const rest = `, ${JSON.stringify(call("c", "look", "${a.n}"))}], "output": "\${c.n}"}`;
    // The model would never end its answer if `look` waited for the end.
    await using server = await ProtocolServer.start(held(wire, [FIRST, rest], looked.promise));
    const planwright = planwrightOf(wire, server.url, calls, looked.resolve);
    const run = planwright.ask("look, then change");
    const result = await run.result();
    expect(result).toMatchObject({ status: "succeeded", output: 3 });
    expect(calls[0]).toBe("look 1");
    expect(new Set(calls.slice(1))).toEqual(new Set(["change 5", "look 2"]));
    const events = await planwright.events(result.runId);
    expect(events.filter(({ type }) => type === "plan.drafted")).toHaveLength(2);
    await planwright.close();
  });

  it("keeps what has run when the rest must be repaired", async () => {
    const calls: string[] = [];
    const wrong = `, ${JSON.stringify(call("c", "nothing", "${a.n}"))}]}`;
    const right = {
      subtasks: [call("a", "look", 1), call("c", "look", "${a.n}")],
      output: "${c.n}",
    };
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [FIRST, wrong] }),
      answer(wire, { pieces: [JSON.stringify(right)] }),
    );
    const planwright = planwrightOf(wire, server.url, calls);
    const result = await planwright.ask("look twice").result();
    expect(result).toMatchObject({ status: "succeeded", output: 3 });
    expect(calls).toEqual(["look 1", "look 2"]);
    expect(result.usage.modelCalls).toBe(2);
    await planwright.close();
  });

  it("asks again when the answer breaks off after it has begun", async () => {
    const calls: string[] = [];
    const whole = { subtasks: [call("a", "look", 1)], output: "${a.n}" };
    const cut: Reply = async (response) => {
      const { all } = wire.frames({ pieces: [FIRST] });
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const frame of all.slice(0, 4)) response.write(frame);
      await new Promise((resolve) => setTimeout(resolve, 50));
      response.socket?.resetAndDestroy();
    };
    await using server = await ProtocolServer.start(
      cut,
      answer(wire, { pieces: [JSON.stringify(whole)] }),
    );
    const planwright = planwrightOf(wire, server.url, calls);
    const result = await planwright.ask("look").result();
    expect(result).toMatchObject({ status: "succeeded", output: 2 });
    expect(calls).toEqual(["look 1"]);
    await planwright.close();
  });
});

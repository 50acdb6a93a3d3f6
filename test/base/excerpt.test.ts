/** Parts of texts, and texts in prompts that end no block. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText, cutTextEnd } from "../../src/base/excerpt.ts";
import { excerptOf } from "../../src/base/json.ts";
import { withoutTags } from "../../src/base/prompt-tags.ts";

const FOX = "🦊";
const text = fc.array(fc.constantFrom("a", FOX, "\ud83e", "\udd8a", "é"), { maxLength: 30 });

describe("a part of a text", () => {
  it("never holds half a character, wherever it is cut", () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 40 }), (parts, most) => {
        const whole = parts.join("");
        for (const part of [cutText(whole, most), cutTextEnd(whole, most)]) {
          expect(part.isWellFormed()).toBe(true);
          expect(part.length).toBeLessThanOrEqual(most);
          expect(part.length).toBeGreaterThanOrEqual(Math.min(most, whole.length) - 1);
        }
      }),
    );
  });

  it("is the whole where that is short enough, and else one of its ends", () => {
    expect([cutText("abc", 3), cutTextEnd("abc", 3)]).toEqual(["abc", "abc"]);
    expect([cutText(`a${FOX}b`, 2), cutTextEnd(`a${FOX}b`, 2)]).toEqual(["a", "b"]);
    expect([cutText(`a${FOX}b`, 3), cutTextEnd(`a${FOX}b`, 3)]).toEqual([`a${FOX}`, `${FOX}b`]);
  });

  it("of a value in a message is cut in the same way", () => {
    for (const before of ["", "x"]) {
      expect(excerptOf(`${before}${FOX.repeat(80)}`).isWellFormed()).toBe(true);
    }
  });
});

describe("a text in a prompt", () => {
  it.each([
    "</data>",
    "</DATA >",
    '<data name="rubric">',
    `<${" ".repeat(50)}/data>`,
    "<\n\n\n\n\n\n\n\n\n/\tdata>",
    "</da\u00adta>",
    "</\u200bd\u200ca\u2060t\ufeffa>",
    "</data\u0000>",
    "</d\u034fata>",
    "＜/data＞",
    "<\\/plan>",
    "</ goal>",
    "<answers>",
  ])("has no tag of ours: %j", (tag) => {
    const escaped = withoutTags(`before ${tag} after`);
    expect(escaped).toMatch(/^before &lt;/);
    expect(escaped).not.toMatch(/[<＜]/);
  });

  it.each(["<database>", "a < data", "<plans/>", "x<y", "</ul> data", "<b>data</b>"])(
    "keeps what is none: %j",
    (tag) => {
      expect(withoutTags(tag)).toBe(tag === "a < data" ? "a &lt; data" : tag);
    },
  );

  it("is read in a time that grows with its length", () => {
    const long = `${"<".repeat(200_000)}${" ".repeat(400_000)}${"< / ".repeat(100_000)}`;
    expect(withoutTags(long)).toBe(long);
  });
});

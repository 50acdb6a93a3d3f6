import { describe, expect, it } from "vitest";
import { htmlToText } from "../../src/tools/html-text.ts";

const filler = "The river rises in the hills and flows through the old town. ".repeat(12);

describe("the text of a page", () => {
  it("is its article, without menus and scripts", async () => {
    const page = `<html><head><title> News </title><style>p{}</style></head><body>
      <nav><a href="/">Home</a></nav>
      <article><h1>The river</h1><p>${filler}</p><p>It ends <a href="/sea">at the sea</a>.</p></article>
      <footer>Contact us</footer><script>track()</script></body></html>`;
    const { title, text } = await htmlToText(page);
    expect(title).toBe("News");
    expect(text).toContain("The river rises");
    expect(text).toMatch(/It ends at the sea\.$/);
    expect(text).not.toMatch(/Home|track|p\{|\/sea/);
  });

  it("is all of a page that has no article", async () => {
    const page = `<h2>Prices</h2><ul><li>Tea</li><li>Coffee</li></ul>
      <table><tr><th>Item</th><th>EUR</th></tr><tr><td>Tea</td><td>2</td></tr></table>`;
    const { title, text } = await htmlToText(page);
    expect(title).toBeNull();
    expect(text).toBe("Prices\n\n * Tea\n * Coffee\n\nItem   EUR\nTea    2");
  });

  it("is empty for a page without one, and holds what is broken", async () => {
    expect(await htmlToText("")).toEqual({ title: null, text: "" });
    expect((await htmlToText("<p>open <b>bold <p>next")).text).toBe("open bold\n\nnext");
    expect((await htmlToText("a &lt; b &amp; c")).text).toBe("a < b & c");
  });
});

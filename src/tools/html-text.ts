export type PageText = {
  /** Of the document; null if it has none. */
  readonly title: string | null;
  readonly text: string;
};

/** An article is only taken for the whole when it holds at least this share of the words. */
const ARTICLE_SHARE = 0.3;

/**
 * What people read of a page: its article without menus and footers where it has one, else
 * the whole body; headings, lists and tables as plain text.
 *
 * The article is found by the rules of Firefox's reader view
 * (https://github.com/mozilla/readability).
 */
export async function htmlToText(html: string): Promise<PageText> {
  const [{ parseHTML }, { Readability }, { convert }] = await Promise.all([
    import("linkedom"),
    import("@mozilla/readability"),
    import("html-to-text"),
  ]);
  // A fragment has no body of its own.
  const page = /<(?:html|body)\b/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(page);
  const title = document.querySelector("title")?.textContent?.trim() || null;
  const heading = document.querySelector("h1")?.textContent?.trim() ?? "";
  const render = (source: string) => convert(source, FORMAT).trim();
  const whole = render(page);
  // Takes the document apart.
  const article = new Readability(document as never).parse();
  const main = render(article?.content ?? "");
  const hasArticle = main.length >= whole.length * ARTICLE_SHARE;
  if (!hasArticle) return { title, text: whole };
  // A heading that says what the title says was taken out of the article.
  return { title, text: main.includes(heading) ? main : `${heading}\n\n${main}` };
}

const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

const FORMAT = {
  wordwrap: false as const,
  selectors: [
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: "a", options: { ignoreHref: true } },
    { selector: "img", format: "skip" },
    { selector: "nav", format: "skip" },
    { selector: "title", format: "skip" },
    { selector: "noscript", format: "skip" },
    { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
  ],
};

/**
 * Data in prompts stands between tags, such as `<data name="…">` and `</data>`. Whatever in it
 * looks like one of the tags that prompts have, opening or closing, has its `<` written as
 * `&lt;`, so that each tag in a prompt is one of ours.
 *
 * A model reads more than a parser: it may take for a tag what has spaces, slashes or characters
 * that nobody sees between its letters, or another sign for `<`.
 */

const TAGS = ["data", "plan", "goal", "answers"];

/** What can stand anywhere in a tag and does not show. */
const UNSEEN = "\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{Cc}\\p{M}";

// No letter of a name is in a class between them, so there is one way only to match.
const LOOKALIKE = new RegExp(
  `[<＜﹤](?=[\\s/\\\\／${UNSEEN}]*(?:${TAGS.map((tag) => tag.split("").join(`[${UNSEEN}]*`)).join("|")})(?![\\p{L}\\p{N}]))`,
  "giu",
);

/** Text that can neither end its block nor begin another one. */
export function withoutTags(text: string): string {
  return text.replace(LOOKALIKE, "&lt;");
}

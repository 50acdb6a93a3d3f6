/**
 * What a parameter or an output field is about, as its name and description tell it.
 *
 * Schemas say that a value is a text; whether it is a path, a date or a search term stands
 * in words that every author chooses from the same few.
 */

import type { Shape } from "./shape.ts";

export type Kind =
  | "path"
  | "folder"
  | "glob"
  | "url"
  | "email"
  | "phone"
  | "date"
  /** Arithmetic as text. */
  | "sum"
  | "regex"
  /** Text in a language for machines: SQL, JSONata, a template. */
  | "code"
  /** Text to work on, or the rows of a table: what steps hand to each other. */
  | "content"
  /** What to look for. */
  | "query"
  /** A column of a table. */
  | "column"
  /** How many of something. */
  | "count"
  /** A number by which something is identified. */
  | "id"
  | "language"
  | "place"
  | "person"
  /** A name or a title. */
  | "title";

type Rule = {
  readonly kind: Kind;
  /** The last word of the name, or two of them. */
  readonly name: RegExp;
  readonly description?: RegExp;
  /** What rules it out, in name or description. */
  readonly not?: RegExp;
};

const RULES: readonly Rule[] = [
  {
    kind: "glob",
    name: /\bglobs?$/,
    description: /\bglobs?\b|\bwildcards?\b|\*\*\/|\*\.\w+/i,
    not: /\bnot a glob\b/i,
  },
  {
    kind: "folder",
    name: /\b(?:dir|dirs|directory|directories|folder|folders|root|cwd)$/,
    description: /\b(?:directory|folder)\b(?! and | or )/i,
    not: /\bfile name|\bpath of (?:the|a) file|\bglob/i,
  },
  {
    kind: "path",
    name: /\b(?:path|paths|file|files|filename|filenames|filepath|file name)$/,
    description:
      /\b(?:file ?paths?|path (?:of|to)|paths? of|filenames?|file names?|files?, e\.g)\b|^(?:the )?files?\b/i,
    not: /\btype of|\bformat of|\bjson ?path\b|\bxpath\b|\bbytes\b|\bnumber of\b|\bhow many\b|\bglobs?\b/i,
  },
  {
    kind: "url",
    name: /\b(?:url|urls|uri|link|href|endpoint|website|webpage|web page)$/,
    description: /\bURLs?\b|\bURIs?\b|\bhttps?:|\bweb address\b/,
  },
  {
    kind: "email",
    name: /\be ?mails?$|\bemail address$|\brecipients?$/,
    description: /\be-?mail address/i,
  },
  {
    kind: "phone",
    name: /\b(?:phone|telephone|mobile)\b/,
    description: /\b(?:phone|telephone) number/i,
  },
  {
    kind: "date",
    name: /\b(?:date|dates|day|deadline|birthday|check in|check out|checkin|checkout|datetime|timestamp)$|\bdate\b/,
    description:
      /^(?:the )?(?:date|day)\b|\bISO 8601\b|\bYYYY-MM-DD\b|\b(?:start|end|first|second|earlier|later|other|this|from|to|of the|the|a) (?:date|day)\b/i,
    not: /\bformat\b.*\bdates\b|\bnumber of days\b|\bhow many\b|\bunit\b/i,
  },
  {
    kind: "sum",
    name: /\b(?:expression|formula|equation|sum|calculation)$/,
    description:
      /\b(?:arithmetic|math(?:s|ematical)?) expression\b|\bformula\b|\bexpression, e\.g\. [\d(]/i,
    not: /\bregular\b|\bregex|\bJSONata\b|\bcron\b|\bXPath\b|\bJSONPath\b|\bJMESPath\b|\bfilter expression\b/i,
  },
  {
    kind: "regex",
    name: /\bregexp?$|\bregular expression$/,
    description: /^(?:a |the )?(?:regular expression|regexp?)\b/i,
    not: /\bwords or\b|\bor (?:a )?(?:regular expression|regex)/i,
  },
  {
    kind: "code",
    name: /\b(?:sql|jsonata|jsonpath|xpath|selector|script|code|template|cron|schema|filter expression)$/,
    description:
      /\b(?:JSONata|SQL|GraphQL|XPath|JSONPath|JMESPath|CSS selector|Liquid|Jinja|Handlebars|Mustache|cron) (?:expression|query|template|syntax|statement)|\bregular expression\b.*\bpattern\b/i,
  },
  {
    kind: "content",
    name: /\b(?:text|texts|content|contents|body|message|caption|comment|html|markdown|passage|paragraph|document|article|transcript|rows|table|records|data|json|input|image|audio|video|a|b|left|right)$/,
    description: /^(?:the )?(?:\w+ )?(?:text|data|document|rows|table|content)\b/i,
    not: /\bpath\b|\bdate\b|\bURL\b|\bnumber of\b|\bhow many\b|\btext to (?:search|look|find)\b(?![^.;,]*\bin\b)|\bsearch (?:text|term)|\bcolumns?\b.*\bto\b|\bname of\b/i,
  },
  {
    kind: "query",
    name: /\b(?:query|q|search|term|terms|keyword|keywords|needle|phrase|topic|subject|word|words|theme)$/,
    description:
      /\b(?:to (?:search|look) for|what to (?:find|search|look)|search (?:term|text|query|words)|text to (?:search|look|find)\b(?![^.;,]*\bin\b)|words? to (?:search|look|find))\b/i,
    not: /\bnumber of\b|\bhow many\b|\bJSONata\b|\bSQL\b/i,
  },
  {
    kind: "column",
    name: /\b(?:column|columns|field|fields|key|keys|group by|sort by|order by|by|property|attribute|dimension|measure|metric)$/,
    description: /\bcolumns?\b/i,
    not: /\bAPI key\b|\bencryption\b|\bsecret\b|\bnumber of columns\b|\brows\b.*\barray\b/i,
  },
  {
    kind: "count",
    name: /\b(?:limit|top|count|max|maximum|n|number|size|amount|quantity|results|sentences|words|lines|items|pages|days|nights|people|guests|adults|top n|top k|k)$/,
    description: /\b(?:how many|number of|at most this many|this many|maximum number)\b/i,
  },
  {
    kind: "id",
    name: /\b(?:id|ids|identifier|code|sku|number)$/,
    description: /\b(?:identifier|ID of|id of)\b/,
  },
  {
    kind: "language",
    name: /\b(?:language|languages|lang|locale)$/,
    description: /\blanguage to\b|\bISO 639\b|\btarget language\b/i,
  },
  {
    kind: "place",
    name: /\b(?:city|cities|location|place|country|address|destination|origin|region|town|airport|station|timezone|time zone|area|where)$/,
    description: /\b(?:city|location|place|country|airport|town|address)\b/i,
    not: /\bfile\b|\bpath\b|\bURL\b|\bcolumn\b|\bemail\b/i,
  },
  {
    kind: "person",
    name: /\b(?:person|people|user|customer|patient|author|artist|recipient|employee|client|who|contact)$/,
  },
  {
    kind: "title",
    name: /\b(?:name|title|item|product|song|movie|book|event|brand|label)$/,
    not: /\bfile ?name\b|\bcolumn\b/i,
  },
];

/**
 * The kinds of a parameter or field.
 * @param name its words, in lower case, separated by blanks
 */
export function kindsOf(name: string, description: string, shape: Shape): ReadonlySet<Kind> {
  const kinds = new Set<Kind>();
  for (const rule of RULES) {
    const both = `${name} ${description}`;
    if (rule.not?.test(both)) continue;
    if (rule.name.test(name) || rule.description?.test(description)) kinds.add(rule.kind);
  }
  return restrict(addFormat(kinds, shape), shape);
}

function addFormat(kinds: Set<Kind>, { format }: Shape): Set<Kind> {
  if (format === "uri" || format === "uri-reference" || format === "iri") kinds.add("url");
  if (format === "email" || format === "idn-email") kinds.add("email");
  if (format === "date" || format === "date-time") kinds.add("date");
  if (format === "regex") kinds.add("regex");
  return kinds;
}

const OF_NUMBERS: ReadonlySet<Kind> = new Set(["count", "id"]);

/** A number is no path, whatever its description mentions; a text is no count. */
function restrict(kinds: Set<Kind>, shape: Shape): ReadonlySet<Kind> {
  const element = shape.element ?? shape;
  const takesText = element.takesText || element.isAny || element.properties !== undefined;
  if (!takesText) for (const kind of kinds) if (!OF_NUMBERS.has(kind)) kinds.delete(kind);
  if (!element.takesNumber && !element.isAny) kinds.delete("count");
  if (element.choices.length > 0 || shape.choices.length > 0) return new Set();
  return kinds;
}

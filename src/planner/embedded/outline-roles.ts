/**
 * Which nouns say what is wanted, and which what it is made of: "an image from the text".
 * Goals, the names of tools and their descriptions are read alike.
 */

import { baseOfParticiple, FUNCTION_WORDS, verbUse } from "./lexicon.ts";
import { phrasesOf } from "./phrases.ts";
import { isWord, type Token, tokenize, type WordToken } from "./tokens.ts";
import { rootOf } from "./words.ts";

export type Roles = {
  /** Roots of the nouns for what comes out. */
  readonly wanted: ReadonlySet<string>;
  /** Roots of the nouns for what goes in. */
  readonly source: ReadonlySet<string>;
};

/** Verbs whose object is there only when they are done. */
const CREATING = rootsOf(
  "create make generate produce build compose write draw get obtain give return provide output receive want need have prepare find retrieve fetch download extract search predict estimate record supply",
);
/** Verbs whose object becomes what "to" or "into" names. */
const TURNING = rootsOf("convert turn transform change translate transcribe render map");
const FROM = new Set("from of in on by using with for about given within between based".split(" "));
const INTO = new Set(["to", "into", "as"]);

function rootsOf(list: string): ReadonlySet<string> {
  return new Set(list.split(" ").map(rootOf));
}

type Mode = "wanted" | "source";

/**
 * @param start what the nouns before any verb or preposition are
 */
function rolesOf(tokens: readonly Token[], start: Mode): Roles {
  const roles = { wanted: new Set<string>(), source: new Set<string>() };
  let mode = start;
  let turns = false;
  let noun: string | undefined;
  const close = () => {
    if (noun !== undefined) roles[mode].add(noun);
    noun = undefined;
  };
  for (const [at, token] of tokens.entries()) {
    if (!isWord(token)) {
      close();
      continue;
    }
    const verb = verbAt(tokens, at);
    if (verb !== undefined) {
      close();
      turns = TURNING.has(verb);
      mode = CREATING.has(verb) ? "wanted" : "source";
    } else if (FROM.has(token.word)) {
      close();
      mode = "source";
    } else if (INTO.has(token.word)) {
      close();
      if (turns || mode === start) mode = "wanted";
    } else if (FUNCTION_WORDS.has(token.word)) close();
    else noun = token.root;
  }
  close();
  return roles;
}

/** The root of the verb that a word is, where it is one. */
function verbAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at] as WordToken;
  const participle = baseOfParticiple(token.word);
  if (participle !== undefined) {
    // "a generated image", "the recording": of the noun behind it, or a noun itself.
    const before = tokens[at - 1];
    return isWord(before) && isDeterminer(before.word) ? undefined : rootOf(participle);
  }
  const base = [token.word, token.word.replace(/s$/, ""), token.word.replace(/es$/, "")].find(
    (form) => verbUse(form) === "verb",
  );
  return base === undefined ? undefined : rootOf(base);
}

function isDeterminer(word: string): boolean {
  return /^(?:a|an|the|this|that|my|your|its|their|any|each)$/.test(word);
}

/** The roles in the name of a tool, "audio to text", and in the first sentence about it. */
export function rolesInText(name: string, description: string): Roles {
  const [purpose = ""] = description.split(/(?<=[.!?])\s+/);
  const told = rolesOf(tokenize(purpose.replaceAll("-", " "), []), "source");
  const turn = turnInName(name);
  return {
    wanted: new Set([...(turn?.wanted ?? []), ...told.wanted]),
    source: new Set([...(turn?.source ?? []), ...told.source]),
  };
}

/** "audio to text": a name that says what becomes what. */
export function turnInName(name: string): Roles | undefined {
  const [first, second] = name.split(/\bto\b/);
  if (first === undefined || second === undefined) return undefined;
  const { source } = rolesOf(tokenize(first, []), "source");
  const { wanted } = rolesOf(tokenize(second, []), "wanted");
  return { wanted, source };
}

/** The roles in a clause of a goal, whose verb is known. */
export function rolesInClause(tokens: readonly Token[], verb: WordToken | undefined): Roles {
  const wanted = new Set<string>();
  const source = new Set<string>();
  const root = verb === undefined ? undefined : rootOf(baseOfParticiple(verb.word) ?? verb.word);
  const creates = root !== undefined && CREATING.has(root);
  for (const phrase of phrasesOf(tokens, new Set(verb ? [verb] : []))) {
    const noun = phrase.tokens.findLast(isWord)?.root;
    if (noun === undefined) continue;
    if (phrase.head === undefined) (creates || verb === undefined ? wanted : source).add(noun);
    else if (INTO.has(phrase.head) && root !== undefined && (TURNING.has(root) || creates))
      wanted.add(noun);
    else if (FROM.has(phrase.head)) source.add(noun);
  }
  return { wanted, source };
}

/** Lists of objects, of which each pairs a choice with a column: "mean price, total amount". */

import type { Json } from "../../base/json.ts";
import { columnsIn } from "./fit-columns.ts";
import type { Request } from "./interpret.ts";
import type { Proposal } from "./proposal.ts";
import type { Property } from "./shape.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord } from "./tokens.ts";
import { describe, type Parameter, type ToolCard } from "./tool-card.ts";
import { rootOf, wordsOfName } from "./words.ts";

type Pair = {
  readonly parameter: Parameter;
  readonly choice: string;
  readonly choices: readonly string[];
  readonly column: string;
};

export function fitMembers(request: Request, card: ToolCard): Proposal[] {
  return card.parameters.flatMap((parameter) => {
    const pair = pairOf(parameter);
    return pair === undefined ? [] : fitPair(pair, request, card);
  });
}

/** The two members that such an object has: one with choices, one that names a column. */
function pairOf(parameter: Parameter): Pair | undefined {
  const members = [...(parameter.shape.element?.properties ?? [])];
  const choice = members.find(([, { shape }]) => shape.choices.length > 0);
  const column = members.find(([name, property]) => isColumn(name, property));
  const isPair = members.every(
    (member) => member === choice || member === column || !member[1].isRequired,
  );
  if (choice === undefined || column === undefined || !isPair) return undefined;
  return { parameter, choice: choice[0], choices: choice[1].shape.choices, column: column[0] };
}

function isColumn(name: string, property: Property): boolean {
  return describe(name, property).kinds.has("column") && property.shape.takesText;
}

/** Only where measures and columns differ in pairs; else a simpler parameter says the same. */
function fitPair(pair: Pair, request: Request, { parameters }: ToolCard): Proposal[] {
  const measures = new Set(pair.choices.flatMap((choice) => wordsOfName(choice).map(rootOf)));
  const mentions = columnsIn(request, measures).filter(({ role }) => role === "value");
  const pairs = mentions.flatMap((mention) =>
    mention.measures.flatMap((root) => {
      const choice = pair.choices.find((one) => isSaidBy(root, one));
      return choice === undefined ? [] : [{ choice, mention, root }];
    }),
  );
  const columns = new Set(pairs.map(({ mention }) => mention.text));
  const hasSimpler = parameters.some(({ kinds }) => kinds.has("column"));
  if (columns.size < 2 && hasSimpler) return [];
  return pairs.map(({ choice, mention, root }) => {
    const value: Json = { [pair.choice]: choice, [pair.column]: mention.text };
    const word = request.tokens.find((token) => isWord(token) && token.root === root);
    const tokens = word === undefined ? mention.tokens : [...mention.tokens, word];
    return { parameter: pair.parameter, value, tokens, score: 0.97 };
  });
}

function isSaidBy(root: string, choice: string): boolean {
  const [own] = wordsOfName(choice).map(rootOf);
  return own === root || (own !== undefined && synonymsOf(own).has(root));
}

/**
 * What the planner knows of English grammar: closed classes of words, and the verbs that
 * requests are made of. Nothing here is about a tool.
 */

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** Words that carry no content of their own. */
export const FUNCTION_WORDS = words(`
  a an the this that these those some any all every each both either neither no not
  i me my mine myself you your yours yourself we us our ours he him his she her hers it its
  they them their theirs itself themselves one ones
  am is are was were be been being do does did doing done have has had having will would
  shall should can could may might must ought
  of in on at by for with from to into onto as about against between among through during
  before after above below under beneath beneath over out off up down inside outside within
  without across along around behind beside beyond near per via like than toward towards
  upon until till since unless because if whether while although though
  and or but nor so yet also too as well plus then there here
  what which who whom whose when where why how
  s t re ve ll d m let lets don't doesn't didn't isn't aren't won't can't cannot
  just only really very quite simply actually currently please kindly maybe perhaps
  using together again already still even ever never always now soon often sometimes usually
  such other another etc more most much many few less least several own
  ok okay hi hello hey thanks thank
`);

/** Before a noun phrase: what the phrase is to the rest. */
export const PREPOSITIONS = words(`
  of in on at by for with from to into onto as about against between among through during
  before after above below under beneath over inside within without across along around
  behind beside beyond near per via like than toward towards upon until till since using
  containing named called titled regarding concerning versus vs
`);

export const DETERMINERS = words(`
  a an the this that these those my your his her its our their some any all every each both
  no what which whose
`);

export const CONJUNCTIONS = words("and or but plus nor & as-well-as");

export const PRONOUNS = words("it them they this that these those both each everything all");

export const QUESTION_WORDS = words(
  "how-many how-often what which who whom whose when where why how",
);

export const AUXILIARIES = words(`
  am is are was were be been being do does did have has had will would shall should can could
  may might must
`);

/** Say that a clause comes after what was said before. */
export const SEQUENCE_WORDS = words(`
  then next afterwards afterward finally lastly subsequently thereafter thereupon later
  first firstly secondly thirdly second third
`);

export const ADVERBS = words(`
  also please finally automatically just simply quickly kindly again directly immediately
  carefully briefly then next lastly subsequently afterwards only first
`);

/** Verbs that only ask for something: what they ask for is in their object. */
export const LIGHT_VERBS = words(`
  get give show tell provide present do make use need want have like know see help let obtain
  return take perform produce display find say include go report come try start begin ask look
  require bring supply deliver state identify determine work
  convert turn transform render compute calculate
  run execute apply carry put hand figure perform conduct complete handle process
`);

/** Nouns that say nothing about what is wanted. */
export const VAGUE_NOUNS = words(`
  thing things stuff way kind kinds sort sorts type types result results answer answers output
  outputs information info detail details data item items part parts piece bit lot set list
  lists overview case time times help contents content one ones value values something anything
  everything someone favor favour request task step steps question
  name names full whole entire complete given provided following corresponding respective
  how-many how-often resulting new available existing different various relevant specific certain particular
  current previous above original main
`);

/** Verbs in their base form that a request can begin with. */
const VERBS = words(`
  accept access activate add adjust alert analyse analyze animate annotate announce answer append
  apply arrange ask assemble assess assign attach average balance ban block book borrow broadcast
  browse build buy calculate call cancel capture categorise categorize change charge chart check
  choose cite classify clean clear clip clone close collect colorize combine compare compile
  complete compose compress compute condense configure confirm connect contact contrast convert
  copy correct count crawl create crop cut decode decrease decrypt delete deliver deploy describe
  design detect determine diff disable discover dispatch display divide do download draft draw
  dump duplicate edit email embed enable encode encrypt enhance enlarge enumerate erase estimate
  evaluate examine execute expand explain export express extract fetch figure file fill filter find
  fix flag flip follow forecast format forward gather generate get give go grab graph grep group guess
  handle help hide highlight identify import improve include increase index inform insert inspect
  install integrate invert invite invoice invoke issue join keep label launch learn let link list
  listen load locate lock log look lower mail make map mark match measure merge message mix modify
  monitor move mute name notify obtain offer open optimise optimize order organise organize output
  paraphrase parse pass paste pause pay perform pick place plan play plot post predict prepare
  present preview print process produce provide publish pull purchase push put query raise rank
  rate read rebook recommend record rectify redirect reduce refine refund register remember remind
  remove rename render rent reorder repeat rephrase replace reply report request reschedule
  reserve reset resize resolve restart restore retrieve return reverse review rewrite rotate round
  route run save say scale scan schedule scrape search see select sell send separate set share ship
  shorten show shuffle sign simplify simulate skip solve sort speak specify split start state stop
  store stream stretch structure submit subscribe subtract suggest sum summarise summarize supply
  switch synchronize synthesize tabulate tag take tally tell test total track train transcribe
  transfer transform translate transmit trigger trim turn tweet type undo unlock unsubscribe update
  upload upscale use validate verify view visit visualise visualize watch work wrap write zip zoom
`);

/** Verbs that are nouns as often: only what follows tells. */
const NOUNISH = words(`
  access address alert answer average balance block book call cause change chart charge check clip
  cost count cut design display document draft draw email estimate export file filter fix
  flag forecast format graph group guess import index invoice issue label link list load lock log
  look mail map mark match mean measure message mix move name number offer open order output pass pause
  place plan play plot post preview price print process purchase query question rank rate record
  reference refund register release remark rent repeat reply report request reserve result return
  review route run sample scale scan schedule score search set share ship show sign sort sound
  split start state stop store stream study sum summary switch table tag tally test text total
  track train transfer transcript turn tweet type update use value view visit volume watch work
  zip zoom
`);

/** Past participles that say how something shall be, not what shall be done. */
export const ADJUNCT_PARTICIPLES = words(`
  named called titled given based located found used written-in known considered mentioned
  contained included attached related associated made
`);

export type VerbUse = "verb" | "maybe" | "no";

/** Whether a word in its base form is a verb, a noun as often, or none that we know. */
export function verbUse(word: string): VerbUse {
  if (!VERBS.has(word)) return "no";
  return NOUNISH.has(word) ? "maybe" : "verb";
}

/** `written` → `write`, `sorted` → `sort`, `using` → `use`; undefined for other words. */
export function baseOfParticiple(word: string): string | undefined {
  const irregular = PARTICIPLES.get(word);
  if (irregular !== undefined) return irregular;
  for (const ending of ["ed", "ing"]) {
    if (!word.endsWith(ending)) continue;
    const stem = word.slice(0, -ending.length);
    const undoubled = /([bdfglmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
    for (const base of [stem, `${stem}e`, undoubled, stem.replace(/i$/, "y")]) {
      if (VERBS.has(base)) return base;
    }
  }
  return undefined;
}

const PARTICIPLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    written: "write",
    sent: "send",
    put: "put",
    kept: "keep",
    shown: "show",
    sold: "sell",
    drawn: "draw",
    bought: "buy",
    read: "read",
    rewritten: "rewrite",
    split: "split",
    set: "set",
  }),
);

/** What the best or worst of a kind is best or worst in, and from which end it is counted. */
export const SUPERLATIVES: ReadonlyMap<string, { descending: boolean; of: readonly string[] }> =
  new Map(
    Object.entries({
      longest: { descending: true, of: ["length", "lines", "size", "duration", "words", "bytes"] },
      shortest: {
        descending: false,
        of: ["length", "lines", "size", "duration", "words", "bytes"],
      },
      largest: { descending: true, of: ["size", "bytes", "area", "amount", "length"] },
      biggest: { descending: true, of: ["size", "bytes", "amount", "length"] },
      smallest: { descending: false, of: ["size", "bytes", "amount", "length"] },
      heaviest: { descending: true, of: ["weight", "mass", "size", "bytes"] },
      lightest: { descending: false, of: ["weight", "mass", "size"] },
      newest: { descending: true, of: ["modified", "date", "created", "time", "age"] },
      latest: { descending: true, of: ["modified", "date", "created", "time"] },
      "most-recent": { descending: true, of: ["modified", "date", "created", "time"] },
      oldest: { descending: false, of: ["modified", "date", "created", "time", "age"] },
      earliest: { descending: false, of: ["date", "time", "created", "modified"] },
      cheapest: { descending: false, of: ["price", "cost", "amount"] },
      "most-expensive": { descending: true, of: ["price", "cost", "amount"] },
      priciest: { descending: true, of: ["price", "cost", "amount"] },
      highest: { descending: true, of: [] },
      greatest: { descending: true, of: [] },
      lowest: { descending: false, of: [] },
      best: { descending: true, of: ["rating", "score", "rank"] },
      worst: { descending: false, of: ["rating", "score", "rank"] },
      fastest: { descending: false, of: ["duration", "time"] },
      slowest: { descending: true, of: ["duration", "time"] },
      nearest: { descending: false, of: ["distance"] },
      closest: { descending: false, of: ["distance"] },
      farthest: { descending: true, of: ["distance"] },
    }),
  );

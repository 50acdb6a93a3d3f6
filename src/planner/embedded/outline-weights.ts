/** What evidence counts for in an outline; one place, so that it is weighed together. */
export const WEIGHTS = {
  /** A word, by where in a tool's description it stands. */
  name: 1,
  purpose: 0.55,
  description: 0.35,
  parameter: 0.45,
  hint: 0.25,
  field: 0.4,
  note: 0.2,
  /** The same by a synonym. */
  synonym: 0.75,
  /** By a synonym of the dictionary, which has many senses. */
  related: 0.6,
  /** Words that say little of what is asked. */
  slight: 0.5,
  /** What is known from before: "the translated text". */
  known: 0.35,
  /** What stands behind a preposition. */
  aside: 0.8,
  /** An example of a value: "e.g. install, update". */
  example: 0.7,
  /** How much a clause counts that only tells something. */
  tells: 0.4,
  /** How much of its name is said. */
  named: 0.8,
  /** A verb that says what the tool does. */
  verb: 0.25,
  /** Of longer names not everything needs to be said. */
  longName: 2,
  /** Every tool. */
  cost: 0.95,
  again: 0.3,
  /** A second tool for one clause. */
  second: 0.25,
  /** The kind of thing that is asked for, given or not by the tool. */
  gives: 0.3,
  givesNot: 0.35,
  /** The kind of thing that it is made of. */
  takes: 0.2,
  takesNot: 0.2,
  ready: 0.2,
  lacking: 0.3,
  goesOn: 0.1,
  /** A verb that nothing answers. */
  skipped: 0.5,
  /** A file of the goal that no tool takes. */
  unused: 0.4,
  /** Phone numbers, dates and the like, where the tool has a place for them. */
  fit: 0.6,
  /** Of two tools for one clause, a word that the first one answers better. */
  shared: 0.2,
};

/** What speaks for where an input comes from. */
export const LINKS = {
  /** A value of the goal that fits, or words that may. */
  literal: 1,
  words: 0.5,
  /** A file of the same clause, or of another one. */
  beside: 1.2,
  elsewhere: 0.4,
  fresh: 0.2,
  /** The words for what is given and what is taken. */
  flow: 0.25,
  recent: 0.3,
  /** The field, or what made it, is said. */
  field: 0.5,
  tool: 0.5,
  /** "it", "the result". */
  pointer: 0.3,
  /** What is needed in all, and without any words in common. */
  least: 0.4,
  sure: 0.2,
  optional: 0.8,
  later: 0.5,
  /** The id that another tool got. */
  shared: 1.1,
};

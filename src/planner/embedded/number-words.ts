/** Numbers in words: "three hundred and five". */

const UNITS: readonly string[] = [
  ..."zero one two three four five six seven eight nine ten eleven twelve thirteen".split(" "),
  ..."fourteen fifteen sixteen seventeen eighteen nineteen".split(" "),
];
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
/** What begins a new group of three digits. */
const GROUPS: ReadonlyMap<string, number> = new Map([
  ["thousand", 1000],
  ["million", 1e6],
  ["billion", 1e9],
]);

type Count = {
  /** Of the groups that are complete. */
  readonly total: number;
  /** Of the group that is being read; undefined before its first word. */
  readonly current: number | undefined;
};

/**
 * The number that words say, from the first word on.
 * @returns the value and how many words it took; undefined when they do not start a number
 */
export function numberInWords(
  list: readonly string[],
): { value: number; length: number } | undefined {
  let count: Count = { total: 0, current: undefined };
  let length = 0;
  for (const [at, word] of list.entries()) {
    if (isLink(word, list[at + 1], count)) continue;
    const next = read(word, count);
    if (next === undefined) break;
    count = next;
    length = at + 1;
  }
  if (count.current === undefined) return undefined;
  return { value: count.total + count.current, length };
}

/** The "and" of "three hundred and five". */
function isLink(word: string, next: string | undefined, { current }: Count): boolean {
  if (word !== "and" || current === undefined || current < 100 || next === undefined) return false;
  return UNITS.includes(next) || TENS.includes(next);
}

/** The count with one more word; undefined when the word does not go on with the number. */
function read(word: string, { total, current }: Count): Count | undefined {
  const unit = UNITS.indexOf(word);
  if (unit >= 0) {
    const fits = current === undefined || (current % 10 === 0 && unit < 10);
    return fits ? { total, current: (current ?? 0) + unit } : undefined;
  }
  const ten = TENS.indexOf(word);
  if (ten >= 0) {
    const fits = current === undefined || current % 100 === 0;
    return fits ? { total, current: (current ?? 0) + (ten + 2) * 10 } : undefined;
  }
  if (word === "dozen") return { total, current: (current ?? 1) * 12 };
  if (current === undefined) return undefined;
  if (word === "hundred") return { total, current: current * 100 };
  const group = GROUPS.get(word);
  return group === undefined ? undefined : { total: total + current * group, current: 0 };
}

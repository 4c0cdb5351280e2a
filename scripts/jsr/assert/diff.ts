/** Above this many lines on a side, the table of the longest common subsequence costs too much. */
const MAX_DIFF_LINES = 1000;

/** Renders a value whole: every depth, every element, keys sorted so that like stands beside like. */
export function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    iterableLimit: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    strAbbreviateSize: Infinity,
  });
}

/** The two values line by line: `-` stands only in `actual`, `+` only in `expected`. */
export function diff(actual: unknown, expected: unknown): string {
  const lines = diffLines(show(actual).split("\n"), show(expected).split("\n"));
  return ["    [Diff] Actual / Expected", "", ...lines].join("\n");
}

function diffLines(a: readonly string[], b: readonly string[]): string[] {
  if (Math.max(a.length, b.length) > MAX_DIFF_LINES) {
    return [...a.map((line) => `-   ${line}`), ...b.map((line) => `+   ${line}`)];
  }
  const common = commonLengths(a, b);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`    ${a[i]}`);
      i++;
      j++;
    } else if (j >= b.length || i < a.length && at(common, i + 1, j) >= at(common, i, j + 1)) {
      lines.push(`-   ${a[i++]}`);
    } else {
      lines.push(`+   ${b[j++]}`);
    }
  }
  return lines;
}

type Table = readonly (readonly number[])[];

function at(table: Table, row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}

/** Row i, column j: length of the longest common subsequence of `a` from i and `b` from j. */
function commonLengths(a: readonly string[], b: readonly string[]): Table {
  const table: number[][] = Array.from({ length: a.length + 1 }, () => []);
  for (let i = a.length - 1; i >= 0; i--) {
    const row = new Array<number>(b.length + 1).fill(0);
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j]
        ? at(table, i + 1, j + 1) + 1
        : Math.max(at(table, i + 1, j), row[j + 1] ?? 0);
    }
    table[i] = row;
  }
  return table;
}

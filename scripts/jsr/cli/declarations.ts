import type { ParseOptions } from "./parse_args.ts";

/** What the options say of each flag, with the aliases of a flag sharing what is said of one. */
export class Declarations {
  /** Flags that take no value. */
  readonly booleans: ReadonlySet<string>;
  /** Flags whose value stays text. */
  readonly strings: ReadonlySet<string>;
  /** Flags that may be repeated. */
  readonly collected: ReadonlySet<string>;
  /** Flags that `--no-` turns off. */
  readonly negatable: ReadonlySet<string>;
  /** Every `--flag` without `=` is a boolean. */
  readonly allBooleans: boolean;
  readonly #aliases: ReadonlyMap<string, readonly string[]>;

  /** @param options as given to `parseArgs` */
  constructor(options: ParseOptions) {
    this.#aliases = groupAliases(options.alias ?? {});
    this.allBooleans = options.boolean === true;
    this.booleans = this.#expand(typeof options.boolean === "boolean" ? [] : options.boolean);
    this.strings = this.#expand(options.string);
    this.collected = this.#expand(options.collect);
    this.negatable = this.#expand(options.negatable);
  }

  /** The flag's own name and its aliases. */
  namesOf(key: string): readonly string[] {
    return this.#aliases.get(key) ?? [key];
  }

  /** Whether the flag, as it stands in `arg`, is known to the options. */
  has(key: string, arg: string): boolean {
    return this.booleans.has(key) || this.strings.has(key) || this.#aliases.has(key) ||
      this.allBooleans && /^--[^=]+$/.test(arg);
  }

  #expand(names: string | readonly string[] = []): ReadonlySet<string> {
    const list = typeof names === "string" ? [names] : names;
    return new Set(list.flatMap((name) => this.namesOf(name)));
  }
}

function groupAliases(
  alias: Record<string, string | readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const [name, others] of Object.entries(alias)) {
    const group = [name, ...(typeof others === "string" ? [others] : others)];
    for (const member of group) groups.set(member, group);
  }
  return groups;
}

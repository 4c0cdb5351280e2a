/**
 * `parseArgs` as `@std/cli` documents it, without dotted names and the `--` option.
 *
 * @module
 */
import { Declarations } from "./declarations.ts";

/** The flags that `parseArgs` found, by name, and in `_` what was no flag. */
export type Args<TFlags = Record<string, unknown>> = TFlags & {
  _: Array<string | number>;
};

type FlagsOf<
  TBooleans extends string,
  TStrings extends string,
  TCollectable extends string,
  TDefaults extends Record<string, unknown>,
> =
  & Record<string, unknown>
  & { [Name in Exclude<TBooleans, TCollectable>]: boolean }
  & { [Name in Extract<TBooleans, TCollectable>]: boolean[] }
  & { [Name in Exclude<TStrings, TCollectable | keyof TDefaults>]?: string }
  & { [Name in Extract<TStrings, TCollectable>]: string[] }
  & {
    [Name in Exclude<Extract<TStrings, keyof TDefaults>, TCollectable>]: string | TDefaults[Name];
  };

/** What `parseArgs` is told about the flags. */
export interface ParseOptions<
  TBooleans extends string = string,
  TStrings extends string = string,
  TCollectable extends string = string,
  TDefaults extends Record<string, unknown> = Record<string, unknown>,
> {
  /** Names that mean the same flag; every one of them appears in the result. */
  alias?: Record<string, string | readonly string[]>;
  /** Flags that take no value (`--flag`, `--flag=false`); false when absent. True: all `--flag`s. */
  boolean?: boolean | TBooleans | ReadonlyArray<TBooleans>;
  /** Values of the flags that are absent. */
  default?: TDefaults;
  /** Everything from the first argument that is no flag goes to `_`. */
  stopEarly?: boolean;
  /** Flags whose value is never made a number; `""` when they have none. */
  string?: TStrings | ReadonlyArray<TStrings>;
  /** Flags that may be repeated: the result is an array, empty when absent. */
  collect?: TCollectable | ReadonlyArray<TCollectable>;
  /** Flags that `--no-flag` sets to false. */
  negatable?: string | readonly string[];
  /** Called with each argument that is not declared; `false` keeps it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** A flag's value, before collecting. */
type Value = string | number | boolean;

const LONG_FLAG = /^--(?<key>.+?)(?:=(?<value>.+))?$/s;
const NUMBER = /^(?:0x[0-9a-f]+|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)$/i;

/**
 * Parses a command line: `--name value`, `--name=value`, `--no-name`, `-n value`, `-n5`, `-abc`.
 * Values that look like numbers become numbers unless the flag is declared as a string; what
 * follows `--` is never a flag. Never throws: what is not declared goes to `options.unknown`.
 */
export function parseArgs<
  TBooleans extends string = never,
  TStrings extends string = never,
  TCollectable extends string = never,
  TDefaults extends Record<string, unknown> = Record<never, unknown>,
>(
  args: string[],
  options: ParseOptions<TBooleans, TStrings, TCollectable, TDefaults> = {},
): Args<FlagsOf<TBooleans, TStrings, TCollectable, TDefaults>> {
  const parser = new ArgumentParser(args, options);
  return parser.parse() as Args<FlagsOf<TBooleans, TStrings, TCollectable, TDefaults>>;
}

class ArgumentParser {
  readonly #result: Args = { _: [] };
  readonly #declared: Declarations;
  readonly #options: ParseOptions;
  readonly #args: readonly string[];
  readonly #verbatim: readonly string[];
  #next = 0;

  constructor(args: readonly string[], options: ParseOptions) {
    const end = args.indexOf("--");
    this.#args = end < 0 ? args : args.slice(0, end);
    this.#verbatim = end < 0 ? [] : args.slice(end + 1);
    this.#declared = new Declarations(options);
    this.#options = options;
  }

  parse(): Args {
    while (this.#next < this.#args.length) {
      const arg = this.#args[this.#next++] ?? "";
      if (LONG_FLAG.test(arg)) this.#parseLong(arg);
      else if (/^-[^-]/s.test(arg)) this.#parseShort(arg);
      else if (this.#parsePositional(arg)) break;
    }
    this.#setDefaults();
    this.#result._.push(...this.#verbatim);
    return this.#result;
  }

  #parseLong(arg: string): void {
    const { key = "", value } = LONG_FLAG.exec(arg)?.groups ?? {};
    if (value !== undefined) {
      const isBoolean = this.#declared.booleans.has(key);
      this.#set(key, isBoolean ? value !== "false" : value, arg);
    } else if (key.startsWith("no-") && this.#declared.negatable.has(key.slice(3))) {
      this.#assign(key.slice(3), false, false);
    } else {
      this.#set(key, this.#takeValue(key, /^-/, this.#declared.allBooleans), arg);
    }
  }

  /** `-abc` sets three flags; the first one that is followed by a value in the same argument ends it. */
  #parseShort(arg: string): void {
    for (let i = 1; i < arg.length - 1; i++) {
      const letter = arg.charAt(i);
      const rest = arg.slice(i + 1);
      const attached = attachedValue(letter, rest);
      if (attached !== undefined) return this.#set(letter, attached, arg);
      this.#set(letter, rest === "-" ? rest : this.#bareValue(letter), arg);
    }
    const last = arg.slice(-1);
    if (last !== "-") this.#set(last, this.#takeValue(last, /^--?[^-]/, false), arg);
  }

  /** Returns true when parsing stops here. */
  #parsePositional(arg: string): boolean {
    if (this.#options.unknown?.(arg) !== false) {
      this.#result._.push(this.#declared.strings.has("_") ? arg : toNumber(arg));
    }
    if (!this.#options.stopEarly) return false;
    this.#result._.push(...this.#args.slice(this.#next));
    return true;
  }

  /** The following argument if it is a value of `key`, and what the bare flag means otherwise. */
  #takeValue(key: string, flagLike: RegExp, allBooleans: boolean): Value {
    const following = this.#args[this.#next];
    if (following) {
      const isBoolean = allBooleans || this.#declared.booleans.has(key);
      if (!isBoolean && !flagLike.test(following)) {
        this.#next++;
        return following;
      }
      if (following === "true" || following === "false") {
        this.#next++;
        return following === "true";
      }
    }
    return this.#bareValue(key);
  }

  #bareValue(key: string): Value {
    return this.#declared.strings.has(key) ? "" : true;
  }

  #set(key: string, value: Value, arg: string): void {
    if (!this.#declared.has(key, arg) && this.#options.unknown?.(arg, key, value) === false) return;
    const isText = typeof value !== "string" || this.#declared.strings.has(key);
    this.#assign(key, isText ? value : toNumber(value), this.#declared.collected.has(key));
  }

  #assign(key: string, value: Value, isCollected: boolean): void {
    for (const name of this.#declared.namesOf(key)) {
      const before = this.#result[name];
      if (!isCollected) this.#result[name] = value;
      else if (Array.isArray(before)) before.push(value);
      else this.#result[name] = [value];
    }
  }

  #setDefaults(): void {
    for (const [key, value] of Object.entries(this.#options.default ?? {})) {
      if (Object.hasOwn(this.#result, key)) continue;
      for (const name of this.#declared.namesOf(key)) this.#result[name] = value;
    }
    for (const name of this.#declared.booleans) {
      if (Object.hasOwn(this.#result, name)) continue;
      this.#result[name] = this.#declared.collected.has(name) ? [] : false;
    }
    for (const name of this.#declared.strings) {
      if (!this.#declared.collected.has(name) || Object.hasOwn(this.#result, name)) continue;
      this.#result[name] = [];
    }
  }
}

function toNumber(text: string): string | number {
  return NUMBER.test(text) ? Number(text) : text;
}

function attachedValue(letter: string, rest: string): string | undefined {
  const isLetter = /[A-Za-z]/.test(letter);
  if (isLetter && rest.startsWith("=")) return rest.slice(1);
  if (isLetter && /^-?\d+(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  return /^\W./s.test(rest) ? rest : undefined;
}

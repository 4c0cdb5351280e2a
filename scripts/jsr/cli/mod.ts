/**
 * Stand-in for the part of `jsr:@std/cli@^1` that Sluice uses, for machines that cannot reach JSR.
 * Names, signatures and behaviour are the published ones; see CONTRIBUTING.md.
 *
 * @module
 */
export { type Args, parseArgs, type ParseOptions } from "./parse_args.ts";

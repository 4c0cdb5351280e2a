/**
 * Finds what a TypeScript file imports and which sockets it touches, by its text alone.
 *
 * Statements are looked for at the start of a line, as `deno fmt` leaves them, with comments blanked.
 *
 * @module
 */

/** Something found in a source file. */
export interface Finding {
  /** The module specifier, or the name of the API. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

const STRING_OR_COMMENT =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STATIC_IMPORT =
  /^[ \t]*(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*(["'])(?<text>[^"'\n]+)\1/gm;
const DYNAMIC_IMPORT = /(?<![\w.$])import\s*\(\s*(["'`])(?<text>[^"'`\n]+)\1/g;
const SOCKET_CALL =
  /\b(?<text>Deno\s*\.\s*(?:listen|listenTls|listenDatagram|connect|connectTls|startTls|serve|upgradeWebSocket))\b/g;

/** The specifiers of every static and literal dynamic import and re-export, in order of appearance. */
export function findImports(source: string): Finding[] {
  const code = blankComments(source);
  const findings = [...find(code, STATIC_IMPORT), ...find(code, DYNAMIC_IMPORT)];
  return findings.sort((a, b) => a.line - b.line);
}

/** Every mention of a Deno API that opens a socket, as `Deno.name`. */
export function findSocketCalls(source: string): Finding[] {
  return find(blankComments(source), SOCKET_CALL).map(({ text, line }) => ({
    text: text.replaceAll(/\s/g, ""),
    line,
  }));
}

function blankComments(source: string): string {
  return source.replaceAll(
    STRING_OR_COMMENT,
    (found, string?: string) => string ?? found.replaceAll(/[^\n]/g, " "),
  );
}

function find(code: string, pattern: RegExp): Finding[] {
  return [...code.matchAll(pattern)].map((match) => ({
    text: match.groups?.["text"] ?? "",
    // A match may begin with the line breaks between `import {` and its names: count to its end.
    line: code.slice(0, match.index + match[0].length).split("\n").length,
  }));
}

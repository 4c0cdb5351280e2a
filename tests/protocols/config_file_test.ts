import { assertEquals, assertThrows } from "@std/assert";
import { ConfigFileError, parseConfigFile } from "../../protocols/config_file.ts";
import { ConfigError } from "../../protocols/protocol.ts";

const TEXT = `# a comment
rtmp:
  port: [1935, 1936]
  tls:
    cert: a.pem
streams:
  live/cam1:
    source: rtmp://example.org/live/a
    push:
      - rtmp://example.org/live/b
      - rtmp://example.org/live/c
  "123": {grace: 5}
`;

Deno.test("YAML and JSON are read as plain data", () => {
  const { value } = parseConfigFile("a.yaml", "http: {port: 8080}\nlog:\n  level: debug\n");
  assertEquals(value, { http: { port: 8080 }, log: { level: "debug" } });
  assertEquals(parseConfigFile("a.json", '{"http": {"port": false}}').value, {
    http: { port: false },
  });
});

Deno.test("an empty file is an empty configuration", () => {
  for (const text of ["", "\n# nothing\n", "---\n"]) {
    assertEquals(parseConfigFile("a.yaml", text).value, {});
  }
});

const PLACES: readonly (readonly [path: readonly (string | number)[], line: number])[] = [
  [["rtmp"], 2],
  [["rtmp", "port"], 3],
  [["rtmp", "port", 1], 3],
  [["rtmp", "tls", "cert"], 5],
  [["rtmp", "tls", "key"], 4],
  [["rtmp", "nothing"], 2],
  [["streams", "live/cam1", "source"], 8],
  [["streams", "live/cam1", "push", 1], 11],
  [["streams", "live/cam1", "push", 7], 9],
  [["streams", "123", "grace"], 12],
  [["http"], 1],
  [[], 1],
];

for (const [path, line] of PLACES) {
  Deno.test(`the field ${JSON.stringify(path)} is on line ${line}`, () => {
    const error = parseConfigFile("sluice.yaml", TEXT).locate(new ConfigError(path, "wrong"));
    assertEquals([error.file, error.line], ["sluice.yaml", line]);
    const field = path.length === 0 ? "" : `${path.join(".")}: `;
    assertEquals(error.message, `sluice.yaml:${line}: ${field}wrong`);
  });
}

/** Text that is no config file, and the line that is to blame. */
const BROKEN: readonly (readonly [label: string, text: string, line: number])[] = [
  ["a bracket that is not closed", "rtmp:\n  port: [1935\nhttp: {}\n", 3],
  ["a key that comes twice", "rtmp: {}\nhttp: {}\nrtmp: {}\n", 3],
  ["a tab for indentation", "rtmp:\n\tport: 1\n", 2],
  ["a list", "- rtmp\n", 1],
  ["a word", "rtmp\n", 1],
  ["two documents", "rtmp: {}\n---\nhttp: {}\n", 2],
  ["aliases that grow without bound", bomb(), 1],
];

for (const [label, text, line] of BROKEN) {
  Deno.test(`${label} is no config file, and the line is named`, () => {
    const error = assertThrows(() => parseConfigFile("sluice.yaml", text), ConfigFileError);
    assertEquals(error.line, line, error.message);
  });
}

/** Ten levels of ten aliases each. */
function bomb(): string {
  const levels = Array.from({ length: 10 }, (_, n) => {
    const aliases = n === 0 ? "x" : Array(10).fill(`*a${n - 1}`).join(", ");
    return `a${n}: &a${n} [${aliases}]`;
  });
  return levels.join("\n");
}

Deno.test("a file that is too large is refused", () => {
  const text = `# ${"x".repeat(4 * 1024 * 1024)}\n`;
  assertThrows(() => parseConfigFile("a.yaml", text), ConfigFileError, "larger than");
});

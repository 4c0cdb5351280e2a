import { assertEquals } from "@std/assert";
import { findImports, findSocketCalls } from "../../scripts/source_scan.ts";

const ROWS: readonly (readonly [source: string, specifier: string, line: number])[] = [
  ['import { a } from "./a.ts";', "./a.ts", 1],
  ["import type { A } from './a.ts';", "./a.ts", 1],
  ['import {\n  a,\n  type B,\n} from "./a.ts";', "./a.ts", 4],
  ['import * as a from "./a.ts";', "./a.ts", 1],
  ['import page from "./a.html" with { type: "text" };', "./a.html", 1],
  ['\nimport "./a.ts";', "./a.ts", 2],
  ['export * from "./a.ts";', "./a.ts", 1],
  ['export { a } from "./a.ts";', "./a.ts", 1],
  ['const a = await import("./a.ts");', "./a.ts", 1],
];

for (const [source, text, line] of ROWS) {
  Deno.test(`findImports reads ${JSON.stringify(source)}`, () => {
    assertEquals(findImports(`${source}\nconst b = "./b.ts";\n`), [{ text, line }]);
  });
}

Deno.test("findImports leaves comments, strings and other exports alone", () => {
  const source = [
    '// import "./a.ts";',
    "/**",
    ' * import { a } from "./a.ts";',
    ' import "./a.ts";',
    " */",
    "const text = 'import \"./a.ts\"';",
    'export const from = "./a.ts";',
    'const url = "https://example.com"; // import("./a.ts")',
  ].join("\n");
  assertEquals(findImports(source), []);
});

Deno.test("findSocketCalls finds the calls and leaves comments alone", () => {
  const source =
    "// Deno.listen is not called here\nDeno\n  .connect({ port });\nDeno.listenTls(o);\n";
  assertEquals(findSocketCalls(source), [
    { text: "Deno.connect", line: 3 },
    { text: "Deno.listenTls", line: 4 },
  ]);
  assertEquals(findSocketCalls("Deno.readFile(path); Deno.connected();"), []);
});

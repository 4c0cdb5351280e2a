import { assertEquals } from "@std/assert";
import { exampleFiles, inclusionsOf } from "./documents.ts";

const DOCUMENTS = ["README.md", "docs/configuration.md", "docs/embedding.md"];

const included = (await Promise.all(DOCUMENTS.map(inclusionsOf))).flat();

for (const { path, shown, content } of included) {
  Deno.test(`documents: ${path} stands in the text as it is`, () => assertEquals(shown, content));
}

Deno.test("documents: every example is shown somewhere", async () => {
  assertEquals(included.map(({ path }) => path).sort(), await exampleFiles());
});

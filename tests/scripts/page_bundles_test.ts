// What browsers are sent is what the sources of the pages make.
import { assertEquals } from "@std/assert";
import {
  BUNDLES,
  digestOfSources,
  ENTRIES,
  faultOfBundle,
  markBundle,
} from "../../scripts/page_bundles.ts";

const SOURCES = "0123456789abcdef".repeat(2);

Deno.test("the bundles are those that `deno task pages` makes of the sources", async (t) => {
  const sources = await digestOfSources();
  for (const name of ENTRIES) {
    await t.step(name, async () => {
      const bundle = await Deno.readTextFile(new URL(`${name}.js`, BUNDLES));
      assertEquals(await faultOfBundle(bundle, sources), undefined, "run `deno task pages`");
    });
  }
});

Deno.test("a bundle that is out of date, or was changed by hand, is noticed", async (t) => {
  const bundle = await markBundle("console.log(1);\n", SOURCES);
  const rows = [
    { what: "as it was made", text: bundle, fault: undefined },
    {
      what: "of other sources",
      text: bundle.replace(SOURCES, SOURCES.replace("0", "1")),
      fault: "its sources have changed since it was made",
    },
    { what: "another script", text: bundle.replace("(1)", "(2)"), fault: "it was changed by hand" },
    {
      what: "without its first line",
      text: "console.log(1);\n",
      fault: "its first line does not say what it was made of",
    },
  ];
  for (const { what, text, fault } of rows) {
    await t.step(what, async () => assertEquals(await faultOfBundle(text, SOURCES), fault));
  }
});

import { assertEquals, assertMatch } from "@std/assert";
import type { z } from "zod";
import { settingsSchema, streamSection } from "../../protocols/config.ts";
import { demoOptionsSchema } from "../../protocols/demo/options.ts";
import { fileOptionsSchema } from "../../protocols/file/options.ts";
import { httpOptionsSchema } from "../../protocols/http/options.ts";
import { builtinProtocols } from "../../protocols/mod.ts";
import { rtmpOptionsSchema } from "../../protocols/rtmp/options.ts";
import { rtspOptionsSchema } from "../../protocols/rtsp/options.ts";
import { webRtcOptionsSchema } from "../../protocols/webrtc/options.ts";
import { readDocument } from "./documents.ts";
import { runDeno } from "./run_example.ts";

const ROOT = new URL("../../", import.meta.url);

/** The settings of each section. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  rtmp: settingsOf(rtmpOptionsSchema),
  rtsp: settingsOf(rtspOptionsSchema),
  http: settingsOf(httpOptionsSchema),
  webrtc: settingsOf(webRtcOptionsSchema),
  file: settingsOf(fileOptionsSchema),
  demo: settingsOf(demoOptionsSchema),
  streams: settingsOf(streamSection),
};

/** Every setting of a schema, those of nested objects as `tls.port`. */
function settingsOf(schema: z.ZodObject): readonly string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = objectIn(field);
    return inner === undefined ? [name] : settingsOf(inner).map((setting) => `${name}.${setting}`);
  });
}

/** The object behind `optional`, `default` and `prefault`, if there is one. */
function objectIn(field: z.core.$ZodType): z.ZodObject | undefined {
  const { def } = field._zod;
  if (def.type === "object") return field as z.ZodObject;
  return "innerType" in def ? objectIn(def.innerType as z.core.$ZodType) : undefined;
}

const DOCUMENT = await readDocument("docs/configuration.md");

/** The settings that the table under a heading has. */
function documented(heading: string): readonly string[] {
  const [, section = ""] = DOCUMENT.split(`## ${heading}\n`);
  const [table = ""] = section.split("\n## ");
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => name);
}

for (const [name, settings] of Object.entries(SECTIONS)) {
  Deno.test(`configuration.md: has every setting of ${name}, and no other`, () => {
    assertEquals(documented(`\`${name}\``).toSorted(), settings.toSorted());
  });
}

Deno.test("configuration.md: has every setting of the gateway itself", () => {
  const settings = settingsOf(settingsSchema).filter((name) => name !== "streams");
  assertEquals(documented("Top level").toSorted(), settings.toSorted());
});

Deno.test("configuration.md: has a section for every module", () => {
  const modules = builtinProtocols.map(({ name }) => name);
  assertEquals(modules.filter((name) => !(name in SECTIONS)), []);
});

Deno.test("README.md: the config file that it shows is good", async () => {
  const args = ["run", "-A", "main.ts", "--config", "docs/examples/sluice.yaml", "--check"];
  const { code, stdout, stderr } = await runDeno(ROOT, args);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /The configuration is good/);
});

Deno.test("README.md: the usage that it shows is that of the program", async () => {
  const [, shown] = (await readDocument("README.md")).split(
    "<!-- output: sluice --help -->\n\n```text\n",
  );
  const { stdout } = await runDeno(ROOT, ["run", "-A", "main.ts", "--help"]);
  assertEquals(shown?.split("```")[0], stdout);
});

Deno.test("README.md: the tasks that it names exist", async () => {
  const { tasks }: { tasks: Record<string, string> } = JSON.parse(await readDocument("deno.json"));
  const named = (await readDocument("README.md")).matchAll(/\btask ([a-z]+)/g);
  assertEquals([...named].map(([, name = ""]) => name).filter((name) => !(name in tasks)), []);
});

// DESIGN.md section 1: which folder may import which. One row per arrow, allowed and broken.
import { assertEquals } from "@std/assert";
import { checkLayers } from "../../scripts/layers.ts";

const PACKAGES = ["hono", "zod", "@std/log"];

function messagesOf(file: string, source: string): string[] {
  return checkLayers(new Map([[file, source]]), PACKAGES).map(({ message }) => message);
}

const ALLOWED: readonly (readonly [file: string, specifier: string])[] = [
  ["registry/stream.ts", "./media/unit.ts"],
  ["registry/media/h264.ts", "./bits.ts"],
  ["protocols/_formats/flv/tag.ts", "../../../registry/media/unit.ts"],
  ["protocols/_formats/flv/tag.ts", "../amf/amf0.ts"],
  ["protocols/_transport/tcp.ts", "./errors.ts"],
  ["protocols/protocol.ts", "../registry/registry.ts"],
  ["protocols/rtmp/server.ts", "../_transport/tcp.ts"],
  ["protocols/rtmp/server.ts", "../protocol.ts"],
  ["protocols/rtmp/server.ts", "./session.ts"],
  ["protocols/rtmp/options.ts", "zod"],
  ["protocols/http/app.ts", "hono/cors"],
  ["protocols/config.ts", "zod"],
  ["protocols/mod.ts", "./rtmp/mod.ts"],
  ["protocols/gateway.ts", "./mod.ts"],
  ["protocols/protocol.ts", "./logger.ts"],
  ["main.ts", "@std/log"],
  ["main.ts", "./deno.json"],
  ["mod.ts", "./protocols/rtmp/mod.ts"],
  ["tests/protocols/rtmp/server_test.ts", "../../../protocols/rtmp/server.ts"],
  ["docs/examples/embed/main.ts", "@sluice/gateway"],
];

const BROKEN: readonly (readonly [file: string, specifier: string, message: string])[] = [
  [
    "registry/stream.ts",
    "../protocols/protocol.ts",
    "registry/ must not import protocol.ts (protocols/protocol.ts)",
  ],
  ["registry/stream.ts", "zod", "registry/ must not import anything but its own: zod"],
  [
    "registry/clock.ts",
    "node:timers",
    "registry/ must not import anything but its own: node:timers",
  ],
  [
    "protocols/_formats/flv/tag.ts",
    "../../../registry/registry.ts",
    "_formats/ must not import registry/ (registry/registry.ts)",
  ],
  [
    "protocols/_transport/tcp.ts",
    "../../registry/errors.ts",
    "_transport/ must not import registry/ (registry/errors.ts)",
  ],
  [
    "protocols/rtmp/server.ts",
    "../http/app.ts",
    "module rtmp must not import module http (protocols/http/app.ts)",
  ],
  [
    "protocols/rtmp/server.ts",
    "../gateway.ts",
    "a module must not import the composition (protocols/gateway.ts)",
  ],
  [
    "protocols/rtmp/options.ts",
    "../config.ts",
    "a module must not import gateway settings (protocols/config.ts)",
  ],
  [
    "protocols/config.ts",
    "./rtmp/options.ts",
    "gateway settings must not import a module (protocols/rtmp/options.ts)",
  ],
  [
    "protocols/gateway.ts",
    "../scripts/bench.ts",
    "the composition must not import the workshop (scripts/bench.ts)",
  ],
  ["main.ts", "lodash", "imports lodash, which deno.json does not name"],
  ["main.ts", "npm:hono@4", "imports npm:hono@4, which deno.json does not name"],
  ["tests/a_test.ts", "https://example.com/a.ts", "imports from a URL: https://example.com/a.ts"],
  ["protocols/rtmp/server.ts", "node:net", "only _transport/ touches sockets: node:net"],
  ["util/a.ts", "./b.ts", "it is in no folder of DESIGN.md section 1"],
];

for (const [file, specifier] of ALLOWED) {
  Deno.test(`${file} may import ${specifier}`, () => {
    assertEquals(messagesOf(file, `import { a } from "${specifier}";\n`), []);
  });
}

for (const [file, specifier, message] of BROKEN) {
  Deno.test(`${file} must not import ${specifier}`, () => {
    assertEquals(messagesOf(file, `import { a } from "${specifier}";\n`), [message]);
  });
}

Deno.test("only _transport/ opens sockets", () => {
  const source = "const a = 1;\nconst listener = Deno.listen({ port: a });\n";
  assertEquals(checkLayers(new Map([["protocols/rtmp/server.ts", source]]), []), [{
    file: "protocols/rtmp/server.ts",
    line: 2,
    message: "only _transport/ touches sockets: Deno.listen",
  }]);
  assertEquals(messagesOf("protocols/_transport/tcp.ts", source), []);
  assertEquals(messagesOf("tests/e2e/port_test.ts", source), []);
});

Deno.test("the library's closure needs no @std, at any depth", () => {
  const files = new Map([
    ["mod.ts", 'export { Gateway } from "./protocols/gateway.ts";\n'],
    ["protocols/gateway.ts", 'import "./log.ts";\n'],
    ["protocols/log.ts", 'const a = 1;\nimport * as log from "@std/log";\n'],
    ["main.ts", 'import * as log from "@std/log";\n'],
  ]);
  assertEquals(checkLayers(files, PACKAGES), [{
    file: "protocols/log.ts",
    line: 2,
    message: "mod.ts reaches @std/log through this file",
  }]);
});

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { file } from "../../../protocols/file/mod.ts";
import { Gateway } from "../../../protocols/gateway.ts";
import { ConfigError } from "../../../protocols/protocol.ts";
import { ReservedNameError } from "../../../registry/errors.ts";
import { runDeno } from "../../docs/run_example.ts";

const ROOT = new URL("../../../", import.meta.url);

function gatewayOf(section: object): Gateway {
  return new Gateway({ protocols: [file], config: { file: section } });
}

Deno.test("a media directory that is none ends the start", async () => {
  const notDirectory = new URL(import.meta.url).pathname;
  for (const dir of ["/nonexistent/media", notDirectory]) {
    const error = await assertRejects(() => gatewayOf({ dir }).start(), ConfigError);
    assertEquals(error.path, ["file", "dir"]);
    assertStringIncludes(error.reason, "expected a directory that can be read");
  }
});

Deno.test("streams are not published under the names of files, with a directory or without", async () => {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir));
  for (const section of [{}, { dir }]) {
    const gateway = gatewayOf(section);
    await gateway.start();
    const request = { name: "media/a", protocol: "rtmp", remote: "test" };
    await assertRejects(() => gateway.registry.publish(request), ReservedNameError);
    await gateway.stop();
  }
});

Deno.test("uploads without the permission to write end the start, and say how to give it", async () => {
  const dir = await Deno.makeTempDir();
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-read", "--allow-env"];
  const path = `${dir}/config.json`;
  const off = { port: false };
  const config = { rtmp: off, rtsp: off, http: off, file: { dir, upload: true } };
  await Deno.writeTextFile(path, JSON.stringify(config));
  const args = ["run", ...permissions, "main.ts", "--config", path];
  const { code, stderr } = await runDeno(ROOT, args);
  await Deno.remove(dir, { recursive: true });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "file.upload: expected the permission to write");
  assertStringIncludes(stderr, `--allow-write=${dir}`);
});

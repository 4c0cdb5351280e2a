import { assertEquals, assertRejects } from "@std/assert";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import { listenOnFirst } from "../../../protocols/_transport/listen.ts";

function listenerOn(...free: readonly number[]): (port: number) => Promise<number> {
  return (port) =>
    free.includes(port)
      ? Promise.resolve(port)
      : Promise.reject(new ListenError("127.0.0.1", port, "the port is in use"));
}

Deno.test("ports are tried in order", async () => {
  assertEquals(await listenOnFirst([554, 8554, 9554], listenerOn(8554, 9554)), 8554);
});

Deno.test("when no port is free the error is that of the last", async () => {
  const error = await assertRejects(() => listenOnFirst([554, 8554], listenerOn()), ListenError);
  assertEquals(error.message, "Cannot listen on 127.0.0.1:8554: the port is in use");
});

Deno.test("an error of another kind is not hidden by trying on", async () => {
  const fail = () => Promise.reject(new TypeError("bad certificate"));
  await assertRejects(() => listenOnFirst([1, 2], fail), TypeError);
});

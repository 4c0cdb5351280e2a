import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { STATUS_OF_REGISTRY_ERROR, toHttpError } from "../../../protocols/http/errors.ts";
import { NameTakenError } from "../../../registry/errors.ts";
import { Harness } from "./harness.ts";

interface Row {
  readonly what: string;
  readonly method?: string;
  readonly path: string;
  readonly status: number;
  readonly error: string;
  /** Of 405. */
  readonly allow?: string;
}

const READING = "GET, HEAD, OPTIONS";

const ROWS: readonly Row[] = [
  { what: "nobody publishes", path: "/live/none.flv", status: 404, error: "not-found" },
  { what: "no such stream", path: "/api/v1/streams/none", status: 404, error: "not-found" },
  { what: "no such path", path: "/what/is/this", status: 404, error: "not-found" },
  { what: "no such asset", path: "/assets/none.js", status: 404, error: "not-found" },
  { what: "an empty segment", path: "/live//cam1.flv", status: 400, error: "invalid-name" },
  { what: "markup in a name", path: "/live/<b>.flv", status: 400, error: "invalid-name" },
  { what: "a control character", path: "/live/a%00b.flv", status: 400, error: "invalid-name" },
  { what: "a path upwards", path: "/live/a..b.flv", status: 400, error: "invalid-name" },
  { what: "half a percent", path: "/live/%zz.flv", status: 400, error: "invalid-path" },
  { what: "not UTF-8", path: "/live/%ff.flv", status: 400, error: "invalid-path" },
  { what: "not UTF-8", path: "/api/v1/streams/%ff", status: 400, error: "invalid-path" },
  { what: "no wait", path: "/live/cam1.flv?wait=x", status: 400, error: "invalid-wait" },
  { what: "no body", method: "POST", path: "/live/cam1.flv", status: 400, error: "empty-body" },
  ...["DELETE", "PATCH", "PROPFIND"].map((method) => ({
    ...{ what: method, method, path: "/live/cam1.flv", allow: "GET, HEAD, PUT, POST, OPTIONS" },
    ...{ status: 405, error: "method-not-allowed" },
  })),
  ...["POST", "PUT"].map((method) => ({
    ...{ what: method, method, path: "/live/cam1.aac" },
    ...{ status: 405, error: "method-not-allowed" },
  })),
  ...[
    ...["/", "/healthz", "/api/v1/streams", "/assets/play.js"],
    ...["/play/live/cam1", "/publish/live/cam1"],
  ].map((path) => ({
    ...{ what: `DELETE ${path}`, method: "DELETE", path },
    ...{ status: 405, error: "method-not-allowed" },
  })),
];

Deno.test("requests that cannot be answered are refused with a status and one line", async (t) => {
  await using harness = await Harness.start();
  for (const { what, method = "GET", path, status, error, allow = READING } of ROWS) {
    await t.step(`${what}: ${status} as JSON`, async () => {
      const headers = { accept: "application/json" };
      const response = await harness.request(path, { method, headers });
      assertEquals(response.status, status);
      assertEquals(response.headers.get("access-control-allow-origin"), "*");
      const body = await response.json();
      assertEquals(body.error, error);
      assertMatch(body.reason, /^Cannot /);
      if (status === 405) assertEquals(response.headers.get("allow"), allow);
    });
    if (path.startsWith("/api/")) continue;
    await t.step(`${what}: ${status} as text`, async () => {
      const response = await harness.request(path, { method });
      assertEquals(response.status, status);
      assertStringIncludes(response.headers.get("content-type") ?? "", "text/plain");
      assertMatch(await response.text(), /^Cannot [^\n]*\n$/);
    });
  }
});

Deno.test("every refusal of the registry has a status", () => {
  for (const status of Object.values(STATUS_OF_REGISTRY_ERROR)) {
    assertEquals(status >= 400 && status < 600, true);
  }
  assertEquals(toHttpError(new NameTakenError("a", "b"))?.status, 409);
  assertEquals(toHttpError(new Error("a secret")), undefined);
});

Deno.test("what a route throws is logged and not told", async () => {
  await using harness = await Harness.start({
    mount: (app) => {
      app.get("/broken", () => {
        throw new Error("a secret");
      });
    },
  });
  const response = await harness.request("/broken");
  assertEquals(response.status, 500);
  assertEquals(await response.text(), "The gateway failed to answer\n");
  assertStringIncludes(harness.log.join(), "a secret");
});

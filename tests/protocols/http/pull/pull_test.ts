import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HttpPullError } from "../../../../protocols/http/pull/errors.ts";
import { BodyLostError, BodySilentError } from "../../../../protocols/http/body_reader.ts";
import { ConnectError } from "../../../../protocols/_transport/errors.ts";
import { KickedError } from "../../../../registry/errors.ts";
import { settle } from "../../../virtual_clock.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { flvFile, handFed, mp4Parts, tsFile } from "../media.ts";
import { PullBench } from "./harness.ts";

const MP4 = joinBytes([mp4Parts().init, mp4Parts().media]);

/** A body as `Response` takes it. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function answerWith(bytes: Uint8Array, type?: string): Response {
  return new Response(plain(bytes), {
    headers: type === undefined ? {} : { "content-type": type },
  });
}

Deno.test("what comes is told by its type, else by the path, else by the first bytes", async (t) => {
  const rows = [
    ["FLV by type", flvFile(), "video/x-flv", "/live"],
    ["FLV by path", flvFile(), undefined, "/a.flv"],
    ["FLV by bytes", flvFile(), "application/octet-stream", "/live"],
    ["MPEG-TS by type", tsFile(), "video/mp2t; x=1", "/live"],
    ["MPEG-TS by path", tsFile(), undefined, "/a.TS"],
    ["MPEG-TS by bytes", tsFile(), undefined, "/live"],
    ["MP4 by type", MP4, "video/mp4", "/live"],
    ["MP4 by bytes", MP4, undefined, "/live?x=.flv"],
  ] as const;
  for (const [what, bytes, type, path] of rows) {
    await t.step(what, async () => {
      await using bench = await PullBench.start(() => answerWith(bytes, type));
      const read = bench.read();
      await bench.pull(path);
      const { h264 = [], aac = [] } = await read;
      assertEquals([h264.length, aac.length], [12, 12]);
    });
  }
});

Deno.test("redirects are followed, but not for ever", async () => {
  await using bench = await PullBench.start(({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/a") return new Response(null, { status: 302, headers: { location: "b/c" } });
    if (pathname === "/b/c") return answerWith(flvFile());
    return new Response(null, { status: 307, headers: { location: "/again" } });
  });
  const read = bench.read();
  await bench.pull("/a");
  assertEquals((await read).h264?.length, 12);
  await assertRejects(() => bench.pull("/again"), HttpPullError, "more than 5 redirects");
});

Deno.test("user and password go to their own server, in a header, and are told nobody", async () => {
  await using bench = await PullBench.start(({ url }) => {
    const { pathname } = new URL(url);
    const location = "http://127.0.0.1:9000/elsewhere";
    return pathname === "/away"
      ? new Response(null, { status: 302, headers: { location } })
      : new Response(null, { status: 403 });
  });
  const failure = await bench.pull("/a.flv?token=x", "me:s%20cret@").catch((error) => error);
  assertMatch(failure.message, /^Cannot fetch http:\/\/127\.0\.0\.1:8000\/a\.flv: .* 403/);
  // RFC 7617 section 2.
  assertEquals(bench.asked[0]?.headers.get("authorization"), `Basic ${btoa("me:s cret")}`);
  assertEquals(bench.asked[0]?.url, "http://127.0.0.1:8000/a.flv?token=x");
  await assertRejects(() => bench.pull("/away", "me:secret@"), ConnectError);
});

Deno.test("a password that is no percent-encoding is sent as it stands", async () => {
  await using bench = await PullBench.start(() => new Response(null, { status: 403 }));
  await assertRejects(() => bench.pull("/a.flv", "me:100%@"), HttpPullError);
  assertEquals(bench.asked[0]?.headers.get("authorization"), `Basic ${btoa("me:100%")}`);
});

Deno.test("what cannot be fetched is told with its reason", async (t) => {
  const rows = [
    ["an error status", () => new Response(null, { status: 404 }), "the server answers 404"],
    ["a page", () => answerWith(new TextEncoder().encode("<html>"), "text/html"), "text/html is"],
    ["nothing", () => new Response(""), "is not FLV"],
  ] as const;
  for (const [what, answer, reason] of rows) {
    await t.step(what, async () => {
      await using bench = await PullBench.start(answer);
      await assertRejects(() => bench.pull("/x"), HttpPullError, reason);
      assertEquals(bench.clock.pending, 0);
      assertEquals(bench.registry.snapshot(), []);
    });
  }
});

Deno.test("a server that does not answer is given up", async () => {
  await using bench = await PullBench.start(({ signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  );
  const pulled = assertRejects(() => bench.pull("/a.flv"), HttpPullError, "no answer within 10 s");
  await bench.clock.run(10_000);
  await pulled;
});

Deno.test("a stream that breaks off or falls silent may be resumed", async (t) => {
  await t.step("broken off", async () => {
    const { body, feed } = handFed();
    await using bench = await PullBench.start(() => new Response(body));
    const pulled = assertRejects(() => bench.pull("/a.flv"), BodyLostError);
    feed.enqueue(flvFile());
    await settle();
    feed.error(new Error("reset"));
    await pulled;
    assertEquals(bench.registry.get("live/cam1")?.state, "interrupted");
  });
  await t.step("silent", async () => {
    const { body, feed } = handFed();
    await using bench = await PullBench.start(() => new Response(body));
    const pulled = assertRejects(() => bench.pull("/a.flv"), BodySilentError);
    feed.enqueue(flvFile());
    await bench.clock.run(30_000);
    await pulled;
    assertEquals(bench.registry.get("live/cam1")?.state, "interrupted");
  });
});

Deno.test("a pull that is stopped ends quietly, one that is kicked with the reason", async () => {
  for (const isKicked of [false, true]) {
    const { body, feed } = handFed();
    await using bench = await PullBench.start(() => new Response(body));
    const pulled = bench.pull("/a.flv");
    feed.enqueue(flvFile());
    await settle();
    if (isKicked) {
      bench.registry.get("live/cam1")?.kick("enough");
      await assertRejects(() => pulled, KickedError);
    } else {
      bench.abort.abort();
      await pulled;
    }
    assertEquals(bench.registry.get("live/cam1")?.state, undefined);
    assertEquals(bench.clock.pending, 0);
  }
});

/** A playlist of RFC 8216 with two segments of half a second. */
function playlist(first: number, ...lines: readonly string[]): string {
  return [
    ...["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1"],
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ...lines,
    "",
  ].join("\n");
}

Deno.test("a playlist is played to its end, at the pace of its media", async () => {
  const segments = playlist(0, "#EXTINF:0.5,", "s.ts", "#EXT-X-ENDLIST");
  await using bench = await PullBench.start(({ url }) =>
    url.endsWith(".m3u8") ? new Response(segments) : answerWith(tsFile())
  );
  const began = bench.clock.now();
  const read = bench.read();
  let ended = 0;
  const pulled = bench.pull("/dir/a.m3u8").then(() => ended = bench.clock.now());
  await bench.clock.run(2000);
  await pulled;
  assertEquals((await read).h264?.length, 12);
  assertEquals(bench.asked.map(({ url }) => new URL(url).pathname), ["/dir/a.m3u8", "/dir/s.ts"]);
  assert(ended - began >= 390, `it took ${ended - began} ms only`);
});

Deno.test("a live playlist begins three segments from its end and is loaded again", async () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ["#EXTINF:0.5,", `s${10 + index}.ts`]).flat();
  let loads = 0;
  await using bench = await PullBench.start(({ url }) => {
    if (!url.endsWith(".m3u8")) return answerWith(tsFile());
    loads++;
    const end = loads > 2 ? ["#EXT-X-ENDLIST"] : [];
    return new Response(playlist(10, ...entries(loads > 1 ? 6 : 5), ...end));
  });
  const pulled = bench.pull("/a.m3u8");
  await bench.clock.run(20_000);
  await pulled;
  const fetched = bench.asked.map(({ url }) => new URL(url).pathname).filter((path) =>
    path.endsWith(".ts")
  );
  assertEquals(fetched, ["/s12.ts", "/s13.ts", "/s14.ts", "/s15.ts"]);
});

Deno.test("of a multivariant playlist the best variant is fetched, with its audio", async () => {
  const main = [
    "#EXTM3U",
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",DEFAULT=YES,URI="audio.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="mp4a.40.2",AUDIO="a"',
    "only_audio.m3u8",
    "#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=320x180",
    "low.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=1280x720,AUDIO="a"',
    "high.m3u8",
    "",
  ].join("\n");
  const media = playlist(
    0,
    ...['#EXT-X-MAP:URI="init.mp4"', "#EXTINF:0.5,", "s.m4s", "#EXT-X-ENDLIST"],
  );
  await using bench = await PullBench.start(({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/main.m3u8") return new Response(main);
    if (pathname.endsWith(".m3u8")) return new Response(media);
    const { init, media: bytes } = mp4Parts();
    return answerWith(pathname.endsWith("init.mp4") ? init : bytes);
  });
  const read = bench.read();
  const pulled = bench.pull("/main.m3u8");
  await bench.clock.run(5000);
  await pulled;
  // Both carry both here, each under ids of its own.
  assertEquals((await read).h264?.length, 24);
  const playlists = bench.asked.map(({ url }) => new URL(url).pathname).filter((path) =>
    path.endsWith(".m3u8")
  );
  assertEquals(playlists, ["/main.m3u8", "/high.m3u8", "/audio.m3u8"]);
});

Deno.test("playlists that cannot be played are told with the reason", async (t) => {
  const key = '#EXT-X-KEY:METHOD=AES-128,URI="key"';
  const rows = [
    ["encrypted", playlist(0, key, "#EXTINF:1,", "s.ts"), HttpPullError, "encrypted (AES-128)"],
    ["not a playlist", "#EXTM3U\n#EXT-X-TARGETDURATION:x\n", Error, "Cannot parse M3U8"],
    ["no segments of ours", playlist(0, "#EXTINF:1,", "s.vtt"), HttpPullError, "it is neither"],
  ] as const;
  for (const [what, text, type, reason] of rows) {
    await t.step(what, async () => {
      await using bench = await PullBench.start(({ url }) =>
        new Response(url.endsWith(".m3u8") ? text : "WEBVTT")
      );
      await assertRejects(() => bench.pull("/a.m3u8"), type, reason);
      assertEquals(bench.clock.pending, 0);
    });
  }
});

Deno.test("a playlist that cannot be loaded now and then goes on, one that is gone does not", async (t) => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ["#EXTINF:0.5,", `s${index}.ts`]).flat();
  for (const comesBack of [true, false]) {
    await t.step(comesBack ? "now and then" : "gone", async () => {
      let loads = 0;
      await using bench = await PullBench.start(({ url }) => {
        if (!url.endsWith(".m3u8")) return answerWith(tsFile());
        if (++loads === 1) return new Response(playlist(0, ...entries(1)));
        if (!comesBack || loads < 4) return new Response(null, { status: 503 });
        return new Response(playlist(0, ...entries(2), "#EXT-X-ENDLIST"));
      });
      const pulled = bench.pull("/a.m3u8").catch((error) => error);
      await bench.clock.run(30_000);
      assertEquals((await pulled)?.reason, comesBack ? undefined : "the server answers 503");
    });
  }
});

Deno.test("a playlist to which nothing is added any more has ended", async () => {
  await using bench = await PullBench.start(({ url }) =>
    url.endsWith(".m3u8") ? new Response(playlist(0, "#EXTINF:0.5,", "s.ts")) : answerWith(tsFile())
  );
  const pulled = assertRejects(() => bench.pull("/a.m3u8"), HttpPullError, "no segment was added");
  await bench.clock.run(30_000);
  await pulled;
  assertEquals(bench.registry.get("live/cam1")?.state, undefined);
});

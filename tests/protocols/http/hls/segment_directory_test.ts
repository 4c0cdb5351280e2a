import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, ThrottledLog } from "../../../../protocols/protocol.ts";
import { Body } from "../../../../protocols/http/hls/body.ts";
import { FMP4_FORMAT } from "../../../../protocols/http/hls/fmp4_format.ts";
import { guardedFormat } from "../../../../protocols/http/hls/guarded_format.ts";
import { wholeMedia } from "../../../../protocols/http/hls/live_media.ts";
import { Muxer } from "../../../../protocols/http/hls/muxer.ts";
import { SegmentDirectory } from "../../../../protocols/http/hls/segment_directory.ts";
import type { SegmentFolder } from "../../../../protocols/http/hls/segment_folder.ts";
import { DEFAULT_HLS_SETTINGS } from "../../../../protocols/http/hls/settings.ts";
import { runDeno } from "../../../docs/run_example.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { LiveStage, NAME, variantOf } from "./live_stage.ts";
import { simulate } from "./simulated.ts";

const ROOT = new URL("../../../../", import.meta.url);

/** A directory for segments in an empty one, and what was logged of it. */
class Stage implements AsyncDisposable {
  readonly log: string[] = [];
  readonly clock = new VirtualClock();

  private constructor(readonly dir: string) {}

  static async make(): Promise<Stage> {
    return new Stage(await Deno.makeTempDir());
  }

  open(): Promise<SegmentDirectory> {
    const write = (message: string) => void this.log.push(message);
    return SegmentDirectory.open(this.dir, new ThrottledLog(() => this.clock.now(), write));
  }

  muxer(store?: SegmentFolder): Muxer {
    const settings = { ...DEFAULT_HLS_SETTINGS, windowSegments: 3 };
    const format = guardedFormat(FMP4_FORMAT, "00");
    return new Muxer({ format, settings, clock: this.clock, store });
  }

  /** Names of all files and folders below, those of folders without what makes them unique. */
  entries(): readonly string[] {
    return entriesOf(this.dir).map((path) => path.replace(/~[0-9a-f]{32}/, "")).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

function entriesOf(dir: string): readonly string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [name, ...entriesOf(`${dir}/${name}`).map((below) => `${name}/${below}`)] : [name]
  );
}

/** Sends a stream through: nothing is written before this has returned. */
function play(muxer: Muxer, seconds: number): void {
  const packager = muxer.open();
  for (const batch of simulate({ seconds })) packager.package(batch);
}

function mediaOf(muxer: Muxer): ReadonlyMap<string, Body> {
  return wholeMedia(muxer.presentations);
}

function heldBy(muxer: Muxer): number {
  return [...mediaOf(muxer).values()].reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
}

Deno.test("segments and headers are in files, the same as in memory, and leave the memory", async () => {
  await using stage = await Stage.make();
  const directory = await stage.open();
  const folder = directory.folder("live/cam1");
  const [stored, plain] = [stage.muxer(folder), stage.muxer()];
  for (const muxer of [stored, plain]) play(muxer, 6.1);
  assertEquals(heldBy(stored), heldBy(plain));
  await folder.done;
  assertEquals(heldBy(stored), 0);
  const names = [...mediaOf(plain).keys()].sort();
  assert(names.length === 8 && names.includes("video1_1735689600.init.m4s"));
  const below = ".sluice-hls/live~cam1";
  assertEquals(stage.entries(), [".sluice-hls", below, ...names.map((name) => `${below}/${name}`)]);
  for (const [name, body] of mediaOf(plain)) {
    assertEquals(await must(mediaOf(stored).get(name)).read(), body.bytes);
  }
  await directory.close();
  assertEquals(stage.entries(), []);
});

Deno.test("files are removed when their segments can no longer be fetched", async () => {
  await using stage = await Stage.make();
  const directory = await stage.open();
  const folder = directory.folder("a");
  const muxer = stage.muxer(folder);
  const packager = muxer.open();
  for (const batch of simulate({ seconds: 30 })) {
    packager.package(batch);
    // Some are written in time, and some not before they leave.
    if (batch.units[0]?.isKey && batch.units[0].track.kind === "video") await folder.done;
  }
  await folder.done;
  const files = stage.entries().filter((name) => name.endsWith(".m4s"));
  assertEquals(files, [...mediaOf(muxer).keys()].sort().map((name) => `.sluice-hls/a/${name}`));
  // Three in the playlist and three behind it, of two renditions, and their headers.
  assertEquals(files.length, 14);
  muxer.close();
  muxer.close();
  await folder.done;
  assertEquals(stage.entries(), [".sluice-hls"]);
  play(muxer, 5);
  assert(heldBy(muxer) > 0);
  await directory.close();
});

Deno.test("what cannot be written stays in memory, and is told once a second", async () => {
  await using stage = await Stage.make();
  const directory = await stage.open();
  const folder = directory.folder("a");
  const muxer = stage.muxer(folder);
  // A file where the directory would be.
  await Deno.remove(`${stage.dir}/.sluice-hls`);
  await Deno.writeTextFile(`${stage.dir}/.sluice-hls`, "");
  play(muxer, 6.1);
  const held = heldBy(muxer);
  await folder.done;
  assertEquals([heldBy(muxer), stage.log], [held, ["cannot write segments"]]);
  for (const body of mediaOf(muxer).values()) assertEquals(await body.read(), body.bytes);
  stage.clock.advance(1000);
  play(muxer, 4.1);
  await folder.done;
  assertEquals(stage.log.length, 2);
  await Deno.remove(`${stage.dir}/.sluice-hls`);
  await directory.close();
});

Deno.test("a file that is gone is nothing to send", async () => {
  await using stage = await Stage.make();
  const directory = await stage.open();
  const folder = directory.folder("a");
  const body = new Body(Uint8Array.of(1, 2));
  folder.keep(new Map([["x.m4s", body]]));
  await folder.done;
  await Deno.remove(`${stage.dir}/.sluice-hls`, { recursive: true });
  assertEquals([body.bytes, await body.read(), stage.log], [undefined, undefined, []]);
  await directory.close();
});

Deno.test("what a run has left behind is removed, and nothing beside it", async () => {
  await using stage = await Stage.make();
  await Deno.mkdir(`${stage.dir}/.sluice-hls/a~00`, { recursive: true });
  await Deno.writeTextFile(`${stage.dir}/.sluice-hls/a~00/video1_1.m4s`, "");
  await Deno.writeTextFile(`${stage.dir}/precious`, "");
  const directory = await stage.open();
  assertEquals(stage.entries(), [".sluice-hls", "precious"]);
  await directory.close();
  assertEquals(stage.entries(), ["precious"]);
  // A link is removed, and not what it leads to.
  const elsewhere = await Stage.make();
  await Deno.writeTextFile(`${elsewhere.dir}/kept`, "");
  await Deno.symlink(elsewhere.dir, `${stage.dir}/.sluice-hls`);
  await (await stage.open()).close();
  assertEquals(elsewhere.entries(), ["kept"]);
  await elsewhere[Symbol.asyncDispose]();
});

Deno.test("streams of any name, and of the same, have folders of their own", async () => {
  await using stage = await Stage.make();
  const directory = await stage.open();
  const names = ["a", "a", "a/b", "a~b", "あ".repeat(255), `${"é".repeat(200)}/x`];
  for (const name of names) {
    const folder = directory.folder(name);
    const body = new Body(Uint8Array.of(1));
    folder.keep(new Map([["x.m4s", body]]));
    await folder.done;
    assertEquals(body.bytes, undefined, name);
  }
  assertEquals([...Deno.readDirSync(`${stage.dir}/.sluice-hls`)].length, names.length);
  await directory.close();
});

Deno.test("a directory that cannot be written to ends the start", async () => {
  await using stage = await Stage.make();
  const path = `${stage.dir}/file`;
  await Deno.writeTextFile(path, "");
  const log = new ThrottledLog(() => 0, () => {});
  const error = await assertRejects(() => SegmentDirectory.open(path, log), ConfigError);
  assertEquals(error.path, ["http", "hls", "directory"]);
  assertStringIncludes(error.reason, "expected a directory that can be written to");
});

Deno.test("without the permission to write, the start ends and says how to give it", async () => {
  await using stage = await Stage.make();
  const { dir } = stage;
  const off = { port: false };
  const config = { rtmp: off, rtsp: off, webrtc: off, http: { ...off, hls: { directory: dir } } };
  await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify(config));
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-read", "--allow-env"];
  const args = ["run", ...permissions, "main.ts", "--config", `${dir}/config.json`];
  const { code, stderr } = await runDeno(ROOT, args);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "http.hls.directory: expected the permission to write");
  assertStringIncludes(stderr, `--allow-write=${dir}`);
});

Deno.test("players are sent the same from a directory, which is empty in the end", async () => {
  await using stage = await Stage.make();
  const live = await LiveStage.open({ section: { hls: { directory: stage.dir } } });
  const uri = variantOf(await live.enter());
  const seen = new Map<string, Uint8Array | undefined>();
  for (let at = 0; at < 3; at++) {
    await live.play(4);
    const { segments } = await live.playlist(uri);
    for (const { uri, map } of segments) {
      for (const name of [uri, must(map).uri]) {
        const bytes = must(await live.bytes(name));
        assertEquals(bytes, seen.get(name) ?? bytes);
        seen.set(name, bytes);
      }
    }
  }
  assertEquals(live.harness.log, []);
  const folder = `.sluice-hls/${NAME.replace("/", "~")}`;
  assert(stage.entries().includes(folder));
  await live[Symbol.asyncDispose]();
  assertEquals(stage.entries(), []);
});

import { hasClient } from "../../scripts/real_clients.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { clip } from "./media.ts";
import { NginxFiles } from "./nginx.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** Saves the stream `name` with ffmpeg, over RTMP and to its end. */
function save(program: Program, name: string, file: string): Client {
  const url = program.url("rtmp", name);
  return Client.start("ffmpeg", ["-v", "error", "-i", url, "-c", "copy", "-f", "flv", file]);
}

Deno.test({
  name: "one gateway fetches from another over HTTP",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using origin = await Program.start();
    const suffixes = ["flv", "ts", "mp4"];
    const sources = suffixes.map((suffix) => [
      `edge/${suffix}`,
      { source: origin.url("http", `live/cam1.${suffix}?wait=30`) },
    ]);
    await using edge = await Program.start({ config: { streams: Object.fromEntries(sources) } });
    await using stack = new AsyncDisposableStack();
    const saved = suffixes.map((suffix) => {
      const file = scratch.file(".flv");
      return { suffix, file, client: stack.use(save(edge, `edge/${suffix}`, file)) };
    });
    await edge.seen("reader came", {}, { count: suffixes.length });
    await origin.seen("reader came", { stream: "live/cam1" }, { count: suffixes.length });
    await ffmpegPublish(path, origin.url("rtmp", "live/cam1"), { realTime: true }).succeed();
    for (const { suffix, file, client } of saved) {
      await t.step(suffix, async () => {
        await client.succeed();
        assertCarried(await bareFramesOf(file), expected);
      });
    }
  },
});

/** What ffmpeg makes of a clip, besides what all have in common. */
const PRESENTATIONS = [
  { name: "ts", master: "s0.m3u8", args: ["-hls_segment_type", "mpegts"], streams: "v:0,a:0" },
  { name: "fmp4", master: "s0.m3u8", args: ["-hls_segment_type", "fmp4"], streams: "v:0,a:0" },
  {
    name: "audio_apart",
    master: "main.m3u8",
    args: ["-hls_segment_type", "fmp4", "-master_pl_name", "main.m3u8"],
    streams: "v:0,agroup:a a:0,agroup:a,default:yes",
  },
] as const;

async function makeHls(path: string, folder: string): Promise<void> {
  for (const { name, args, streams } of PRESENTATIONS) {
    const place = `${folder}/${name}`;
    // With one playlist alone ffmpeg takes the name as it is.
    const init = streams.includes(" ") ? "init%v.mp4" : "init.mp4";
    await Deno.mkdir(place);
    await Client.start("ffmpeg", [
      ...["-v", "error", "-i", path, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "hls"],
      ...["-hls_time", "1", "-hls_list_size", "0", ...args, "-var_stream_map", streams],
      ...["-hls_fmp4_init_filename", init, `${place}/s%v.m3u8`],
    ]).succeed();
  }
}

Deno.test({
  name: "HLS that nginx serves is fetched to its end",
  ignore: ignore || !hasClient("nginx"),
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    const folder = scratch.file();
    await Deno.mkdir(folder);
    await makeHls(path, folder);
    await using nginx = await NginxFiles.start(folder, scratch);
    const sources = PRESENTATIONS.map(({ name, master }) => [
      `hls/${name}`,
      { source: `${nginx.url}/${name}/${master}`, onDemand: true },
    ]);
    await using edge = await Program.start({ config: { streams: Object.fromEntries(sources) } });
    await using stack = new AsyncDisposableStack();
    const saved = PRESENTATIONS.map(({ name }) => {
      const file = scratch.file(".flv");
      return { name, file, client: stack.use(save(edge, `hls/${name}`, file)) };
    });
    for (const { name, file, client } of saved) {
      await t.step(name, async () => {
        await client.succeed();
        assertCarried(await bareFramesOf(file), expected);
      });
    }
  },
});

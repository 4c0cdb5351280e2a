import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { assertSameFrames, readFrames } from "./frames.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { ffmpeg, FFMPEG_LOSES, ffmpegRecord } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

/** A key and a certificate that it signed itself, as PEM files. */
async function makeIdentity(scratch: Scratch): Promise<{ cert: string; key: string }> {
  const [cert, key] = [scratch.file(".pem"), scratch.file(".pem")];
  await Client.start("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
  ]).succeed();
  return { cert, key };
}

Deno.test({
  name: "ffmpeg publishes and plays over RTMPS",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    const tls = { port: 0, ...await makeIdentity(scratch) };
    await using program = await Program.start({ config: { rtmp: { tls } } });
    const url = program.url("rtmps", "live/secret");
    const file = scratch.file();
    await using player = Client.start("ffmpeg", [
      ...["-v", "error", "-tls_verify", "0", "-i", url, "-c", "copy", "-f", "framemd5", file],
    ]);
    await program.seen("reader came", { stream: "live/secret" });
    await ffmpegPublish(path, url, { realTime: true }).succeed();
    await player.succeed();
    assertSameFrames(await readFrames(file), await framesOf(path));
  },
});

Deno.test({
  name: "ffmpeg records and plays over RTSPS",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    const tls = { port: 0, ...await makeIdentity(scratch) };
    await using program = await Program.start({ config: { rtsp: { tls } } });
    const url = program.url("rtsps", "live/secret");
    const file = scratch.file();
    const player = ffmpeg("tcp");
    await using session = player.start(url, file);
    await program.seen("reader came", { stream: "live/secret" });
    await ffmpegRecord(path, url, { rtsp: "tcp" }).succeed();
    await session.succeed();
    const allowance = { keyInterval: KEY_INTERVAL, ...FFMPEG_LOSES };
    assertCarried(await player.frames(file), await bareFramesOf(path), allowance);
  },
});

import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { Client } from "./client.ts";
import { assertSameFrames, readFrames } from "./frames.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
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

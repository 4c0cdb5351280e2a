/**
 * `deno run -A scripts/make_demo.ts`: makes the sample of the demo module, `protocols/demo/clock.flv.b64`.
 *
 * It was made once, with Debian's ffmpeg 5.1 and the font DejaVu Sans Mono, and lives in the
 * repository; this is how. The file is base64 because Deno imports text everywhere (from source, from
 * a compiled binary, from a library) without a flag, and bytes only with one.
 *
 * Both tracks last exactly {@linkcode LOOP_SECONDS}, so that the loop has no seam: 25 pictures a second
 * of 40 ms, and AAC frames of 1024 samples at 32 kHz, which are 32 ms. What moves is periodic in it.
 *
 * @module
 */

const LOOP_SECONDS = 20;
const FPS = 25;
const SAMPLE_RATE = 32_000;
const SAMPLES_PER_FRAME = 1024;
const WIDTH = 512;
const HEIGHT = 288;

/** Base64 characters in a line, as in MIME. */
const LINE_LENGTH = 76;

const BIT_EXACT = ["-map_metadata", "-1", "-fflags", "+bitexact"];

/** The word, the seconds, and a block that swings from side to side every four seconds. */
const PICTURE = [
  `color=c=0x101820:s=${WIDTH}x${HEIGHT}:r=${FPS}[ground]`,
  `color=c=0x2ec4b6:s=48x24:r=${FPS}[block]`,
  `[ground]${text("SLUICE", 44, "white", 44)},${
    text("%{eif\\:t\\:d\\:2}", 80, "0xffc857", 116)
  }[words]`,
  `[words][block]overlay=x='(W-w)/2*(1-cos(2*PI*t/4))':y=236`,
].join(";");

/** A short tone in every second, higher in each fourth; silence at the seam. */
const SOUND = "0.25*sin(2*PI*if(lt(mod(t,4),1),880,660)*t)*between(mod(t,1),0.1,0.2)";

function text(words: string, size: number, color: string, y: number): string {
  const options = [`text='${words}'`, `fontsize=${size}`, `fontcolor=${color}`, `y=${y}`];
  return `drawtext=font='DejaVu Sans Mono':x=(w-tw)/2:${options.join(":")}`;
}

async function ffmpeg(...args: readonly string[]): Promise<void> {
  const command = new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", ...args] });
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`Cannot make the sample: ffmpeg ${args.join(" ")} failed`);
}

async function makeFlv(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const video = `${folder}/video.mp4`;
  const audio = `${folder}/audio.aac`;
  const flv = `${folder}/clock.flv`;
  await ffmpeg(
    ...["-filter_complex", PICTURE, "-frames:v", `${LOOP_SECONDS * FPS}`],
    ...["-c:v", "libx264", "-preset", "veryslow", "-crf", "30", "-profile:v", "main"],
    ...["-bf", "0", "-g", `${FPS}`, "-keyint_min", `${FPS}`, "-sc_threshold", "0"],
    ...["-pix_fmt", "yuv420p", ...BIT_EXACT, "-flags:v", "+bitexact", video],
  );
  // Raw AAC has no edit list: its frames begin at 0, with the encoder's delay in the first of them.
  await ffmpeg(
    ...["-f", "lavfi", "-i", `aevalsrc='${SOUND}':s=${SAMPLE_RATE}:d=${LOOP_SECONDS + 1}`],
    ...["-frames:a", `${LOOP_SECONDS * SAMPLE_RATE / SAMPLES_PER_FRAME}`],
    ...["-c:a", "aac", "-b:a", "32k", "-ac", "1", "-flags:a", "+bitexact", audio],
  );
  await ffmpeg(
    ...["-i", video, "-i", audio, "-map", "0:v", "-map", "1:a", "-c", "copy"],
    ...["-flvflags", "no_duration_filesize", ...BIT_EXACT, flv],
  );
  return await Deno.readFile(flv);
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    const lines = (await makeFlv(folder)).toBase64().match(new RegExp(`.{1,${LINE_LENGTH}}`, "g"));
    const target = new URL("../protocols/demo/clock.flv.b64", import.meta.url);
    await Deno.writeTextFile(target, `${lines?.join("\n")}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

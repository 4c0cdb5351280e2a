/**
 * A program: copies packets from one URL or file to another with the current FFmpeg that `node-av`
 * carries, as `ffmpeg -c copy` does, but without touching timestamps. It is the client that speaks
 * Enhanced RTMP.
 *
 *     deno run -A tests/e2e/av_copy.ts [--re] [--offset MS] [--rtsp TRANSPORT] INPUT FORMAT OUTPUT
 *
 * `--re` paces by decoding time; `--offset` is added to all timestamps; `--rtsp` says how packets
 * of RTSP travel: `tcp` or `udp`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { AVERROR_EOF, Dictionary, FFmpegError, FormatContext, Packet } from "npm:node-av@^6.1.1";

/** What an RTMP player says that it can take. */
const FOURCCS = "hvc1,av01,vp09,avc1,Opus,fLaC,ac-3,ec-3,mp4a,.mp3";

/** Microseconds: a stream that is there at all has shown its tracks by then. */
const ANALYZE_US = 3_000_000n;

/** MP4 that can be sent as it is made: a fragment every 0.2 s, sound and picture where they belong. */
const FRAGMENTED = { movflags: "delay_moov+default_base_moof", frag_duration: "200000" } as const;

/** Opens a URL or file and waits until it has shown its tracks. */
export async function openInput(url: string, rtspTransport?: string): Promise<FormatContext> {
  const input = new FormatContext();
  input.allocContext();
  input.maxAnalyzeDuration = ANALYZE_US;
  const options = Dictionary.fromObject({
    ...(/^rtmps?:/.test(url) && { rtmp_enhanced_codecs: FOURCCS }),
    ...rtspOptions(rtspTransport),
  });
  check(await input.openInput(url, null, options), `open ${url}`);
  check(await input.findStreamInfo(null), `find the streams of ${url}`);
  return input;
}

function rtspOptions(transport: string | undefined): Record<string, string> {
  // FFmpeg still calls AV1 and VP9 over RTP experimental.
  return transport === undefined ? {} : { rtsp_transport: transport, strict: "experimental" };
}

async function openOutput(
  input: FormatContext,
  format: string,
  url: string,
  rtspTransport?: string,
): Promise<FormatContext> {
  const output = new FormatContext();
  check(output.allocOutputContext2(null, format, url), `make ${format}`);
  for (const source of input.streams) {
    const stream = output.newStream();
    check(source.codecpar.copy(stream.codecpar), "copy codec parameters");
    stream.codecpar.codecTag = 0;
    stream.timeBase = source.timeBase;
  }
  check(await output.openOutput(), `open ${url}`);
  const options = Dictionary.fromObject({
    ...rtspOptions(rtspTransport),
    ...(format === "mp4" && FRAGMENTED),
  });
  check(await output.writeHeader(options), `begin ${url}`);
  return output;
}

interface Pace {
  readonly realTime: boolean;
  /** Milliseconds. */
  readonly offset: number;
}

async function copy(
  input: FormatContext,
  output: FormatContext,
  { realTime, offset }: Pace,
): Promise<void> {
  const packet = new Packet();
  packet.alloc();
  const began = performance.now();
  for (;;) {
    const result = await input.readFrame(packet);
    if (result === AVERROR_EOF) break;
    check(result, "read");
    const source = input.streams[packet.streamIndex];
    const target = output.streams[packet.streamIndex];
    // A track that shows itself only now; no output has a place for it any more.
    if (source === undefined || target === undefined) continue;
    const { num, den } = source.timeBase;
    const dueMs = Number(packet.dts) * 1000 * num / den;
    if (realTime) await sleep(began + dueMs - performance.now());
    const ticks = BigInt(Math.round(offset * den / (1000 * num)));
    packet.dts += ticks;
    packet.pts += ticks;
    packet.rescaleTs(source.timeBase, target.timeBase);
    check(await output.interleavedWriteFrame(packet), "write");
    packet.unref();
  }
  check(await output.writeTrailer(), "end");
  await output.closeOutput();
}

function sleep(ms: number): Promise<void> | undefined {
  return ms <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

/** @throws {FFmpegError} that says what failed. */
export function check(result: number, what: string): void {
  FFmpegError.throwIfError(result, what);
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { boolean: ["re"], string: ["offset", "rtsp"] });
  const [source = "", format = "", target = ""] = args._.map(String);
  const input = await openInput(source, args.rtsp);
  const output = await openOutput(input, format, target, args.rtsp);
  await copy(input, output, { realTime: args.re === true, offset: Number(args.offset ?? 0) });
  Deno.exit(0);
}

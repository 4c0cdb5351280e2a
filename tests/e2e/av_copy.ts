/**
 * A program: copies packets from one URL or file to another with the current FFmpeg that `node-av`
 * carries, as `ffmpeg -c copy` does, but without touching timestamps. It is the client that speaks
 * Enhanced RTMP.
 *
 *     deno run -A tests/e2e/av_copy.ts [--re] [--offset MS] INPUT FORMAT OUTPUT
 *
 * `--re` paces by decoding time; `--offset` is added to all timestamps.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { AVERROR_EOF, Dictionary, FFmpegError, FormatContext, Packet } from "npm:node-av@^6.1.1";

/** What an RTMP player says that it can take. */
const FOURCCS = "hvc1,av01,vp09,avc1,Opus,fLaC,ac-3,ec-3,mp4a,.mp3";

/** Microseconds: a stream that is there at all has shown its tracks by then. */
const ANALYZE_US = 3_000_000n;

async function openInput(url: string): Promise<FormatContext> {
  const input = new FormatContext();
  input.allocContext();
  input.maxAnalyzeDuration = ANALYZE_US;
  const options = /^rtmps?:/.test(url)
    ? Dictionary.fromObject({ rtmp_enhanced_codecs: FOURCCS })
    : null;
  check(await input.openInput(url, null, options), `open ${url}`);
  check(await input.findStreamInfo(null), `find the streams of ${url}`);
  return input;
}

async function openOutput(
  input: FormatContext,
  format: string,
  url: string,
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
  check(await output.writeHeader(null), `begin ${url}`);
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

function check(result: number, what: string): void {
  FFmpegError.throwIfError(result, what);
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { boolean: ["re"], string: ["offset"] });
  const [source = "", format = "", target = ""] = args._.map(String);
  const input = await openInput(source);
  const output = await openOutput(input, format, target);
  await copy(input, output, { realTime: args.re === true, offset: Number(args.offset ?? 0) });
  Deno.exit(0);
}

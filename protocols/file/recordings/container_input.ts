import {
  ADTS,
  CustomSource,
  FLAC,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from "mediabunny";
import { CachedFile } from "./cached_file.ts";
import { MediaFileError } from "./errors.ts";
import { assertMp4Tables } from "./mp4_tables.ts";
import type { RandomAccessFile } from "./random_access.ts";
import { TRANSPORT_HEAD_BYTES, transportStart } from "./transport_start.ts";

// What it has to say of damaged files comes as errors; the console belongs to the log.
Logging.level = LogLevel.Silent;

const TABLED_FORMATS = [MP4, QTFF, MATROSKA, WEBM, WAVE, OGG, FLAC, ADTS, MP3];

export interface GuardedInput {
  readonly input: Input;
  /** Told that packets came of what was read, for who looks out for circles. */
  progress(): void;
}

/**
 * A file as `mediabunny` reads it, guarded against what damage makes of that. Takes the file over: it is
 * closed with the input, and by who asked when it is none.
 *
 * @throws {MediaFileError} it is of no known format.
 * @throws {Mp4Error} its tables are damaged.
 */
export async function openInput(file: RandomAccessFile): Promise<GuardedInput> {
  const guarded = await inputOf(file);
  if (await isKnown(guarded.input)) return guarded;
  guarded.input.dispose();
  throw new MediaFileError("it is no media file that Sluice knows");
}

/** Bytes that `mediabunny` keeps of a transport stream: each open one costs as much. */
const CACHE_BYTES = 4 << 20;

/**
 * The packets of MPEG-TS come one after the other, and so fast only from the cache of `mediabunny`: ten
 * times as fast. All other formats have tables, which when damaged lead it in circles in its own cache and
 * would stop everything else: there it has none.
 */
async function inputOf(file: RandomAccessFile): Promise<GuardedInput> {
  const start = transportStart(await file.read(0, Math.min(file.size, TRANSPORT_HEAD_BYTES)));
  if (start !== undefined) return transportInput(file, start);
  await assertMp4Tables(file);
  return tabledInput(file);
}

function transportInput(file: RandomAccessFile, start: number): GuardedInput {
  const source = new CustomSource({
    getSize: () => file.size - start,
    read: (from, to) => file.read(start + from, start + to),
    dispose: () => file.close(),
    maxCacheSize: CACHE_BYTES,
    prefetchProfile: "fileSystem",
    // Of what is read ahead: whoever needs it reads it again, and is told.
    handleUnhandledError: () => {},
  });
  return { input: new Input({ source, formats: [MPEG_TS] }), progress: () => {} };
}

function tabledInput(file: RandomAccessFile): GuardedInput {
  const cached = new CachedFile(file);
  const source = new CustomSource({
    getSize: () => file.size,
    read: (start, end) => cached.read(start, end),
    dispose: () => cached.close(),
    maxCacheSize: 0,
    prefetchProfile: "none",
    handleUnhandledError: () => {},
  });
  const input = new Input({ source, formats: TABLED_FORMATS });
  return { input, progress: () => cached.progress() };
}

/** Asked of some files that are none of its formats, `mediabunny` fails instead of saying so. */
async function isKnown(input: Input): Promise<boolean> {
  try {
    return await input.canRead();
  } catch (error) {
    if (error instanceof MediaFileError) throw error;
    return false;
  }
}

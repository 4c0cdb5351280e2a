import type { EncodedPacket, Input } from "mediabunny";
import type { Description, Metadata } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Recording } from "../../../registry/recording.ts";
import { type GuardedInput, openInput } from "./container_input.ts";
import { ContainerTrack, type Origin } from "./container_track.ts";
import { MediaFileError, reasonOf } from "./errors.ts";
import { merged } from "./merge.ts";
import { lastAtOrBefore, ROUNDING_MS, startMsFor } from "./positions.ts";
import type { RandomAccessFile } from "./random_access.ts";

/** As in the streams of the registry (see `_formats/demux/assembler.ts`). */
const MAX_TRACKS = 32;

/** Positions in a file: key pictures of three days, one in a second. */
const MAX_KEYS = 250_000;

/** Positions in a file without video: each costs a look into it, and a place in playlists. */
const MAX_SOUND_KEYS = 10_000;

/** Milliseconds between two of them, unless they become too many. */
const SOUND_KEY_MS = 1000;

/** Told why a track is left out. */
export type OnLeftOut = (track: string, reason: string) => void;

/** A file that `mediabunny` reads: MP4, MOV, Matroska, WebM, MPEG-TS, and those of sound alone. */
export class ContainerRecording implements Recording {
  readonly description: Description;
  readonly durationMs: number;
  readonly #guarded: GuardedInput;
  readonly #tracks: readonly ContainerTrack[];
  readonly #lead: ContainerTrack;
  readonly #origin: Origin;
  #keys: Promise<readonly number[]> | undefined;

  private constructor(
    guarded: GuardedInput,
    tracks: readonly [ContainerTrack, ...ContainerTrack[]],
    origin: Origin,
    about: { readonly durationMs: number; readonly metadata: Metadata },
  ) {
    this.#guarded = guarded;
    this.#tracks = tracks;
    this.#lead = tracks[0];
    this.#origin = origin;
    this.durationMs = about.durationMs;
    this.description = { tracks: tracks.map(({ track }) => track), metadata: about.metadata };
  }

  /**
   * Takes the file over: it is closed with the recording, and when it cannot be opened.
   *
   * @throws {MediaFileError} it is of no known format, or nothing in it can be carried.
   */
  static async open(file: RandomAccessFile, onLeftOut: OnLeftOut): Promise<ContainerRecording> {
    const guarded = await openInput(file);
    try {
      return await ContainerRecording.#of(guarded, file.size, onLeftOut);
    } catch (error) {
      guarded.input.dispose();
      throw error;
    }
  }

  static async #of(
    guarded: GuardedInput,
    bytes: number,
    onLeftOut: OnLeftOut,
  ): Promise<ContainerRecording> {
    const tracks = await openTracks(guarded.input, onLeftOut);
    const origin = originOf(tracks);
    const endSeconds = Math.max(...tracks.map(({ end }) => end));
    const durationMs = Math.max(0, Math.ceil((endSeconds - origin.seconds) * 1000 - ROUNDING_MS));
    const metadata = {
      ...await tagsOf(guarded.input),
      duration: durationMs / 1000,
      filesize: bytes,
    };
    return new ContainerRecording(guarded, tracks, origin, { durationMs, metadata });
  }

  get startMs(): number {
    return this.#origin.startMs;
  }

  keys(): Promise<readonly number[]> {
    return this.#keys ??= this.#keysUntilDamage(
      this.#lead.track.kind === "video" ? this.#lead.keysAfter(this.#lead.first) : this.#sounds(),
    );
  }

  /** Whoever reads up to what is damaged is told. */
  async #keysUntilDamage(packets: AsyncIterable<EncodedPacket>): Promise<readonly number[]> {
    const keys = [this.#lead.position(this.#lead.first, this.#origin)];
    try {
      for await (const packet of packets) {
        const position = this.#lead.position(packet, this.#origin);
        if (position > (keys.at(-1) ?? 0)) keys.push(position);
        if (keys.length === MAX_KEYS) break;
      }
    } catch {
      // The positions before it are all that there are.
    }
    return keys;
  }

  /** Where nothing sounds for long, and behind the last that does, there is nothing to look at. */
  async *#sounds(): AsyncIterableIterator<EncodedPacket> {
    const stepMs = Math.max(SOUND_KEY_MS, Math.ceil(this.durationMs / MAX_SOUND_KEYS));
    for (let ms = stepMs; ms < this.durationMs; ms += stepMs) {
      const packet = await this.#lead.packetAt(ms, this.#origin);
      yield packet;
      const next = await this.#lead.packetAfter(packet);
      if (next === null) return;
      ms = Math.max(ms, this.#lead.position(next, this.#origin) - stepMs);
    }
  }

  async keyAt(ms: number): Promise<number> {
    // To find one picture is cheaper than to list them all.
    return this.#lead.track.kind === "video"
      ? this.#lead.position(await this.#lead.packetAt(ms, this.#origin), this.#origin)
      : lastAtOrBefore(await this.keys(), ms);
  }

  async *read(fromMs: number): AsyncIterableIterator<readonly Unit[]> {
    const keyMs = await this.keyAt(fromMs);
    const key = await this.#lead.packetAt(keyMs, this.#origin);
    const isStart = key.sequenceNumber === this.#lead.first.sequenceNumber;
    const units: AsyncIterator<Unit>[] = [];
    for (const track of this.#tracks) {
      const from = track === this.#lead ? key : await this.#besideKey(track, keyMs, isStart);
      units.push(track.units(from, this.#origin));
    }
    for await (const piece of merged(units)) {
      this.#guarded.progress();
      yield piece;
    }
  }

  /** What comes before the first picture belongs to it. */
  #besideKey(track: ContainerTrack, keyMs: number, isStart: boolean): Promise<EncodedPacket> {
    return isStart ? Promise.resolve(track.first) : track.packetAt(keyMs, this.#origin);
  }

  async *readKeys(
    fromMs: number,
    direction: "forwards" | "backwards",
  ): AsyncIterableIterator<Unit> {
    const key = await this.#lead.packetAt(await this.keyAt(fromMs), this.#origin);
    const first = await this.#lead.keyUnit(key, this.#origin);
    if (first !== undefined) yield first;
    for await (const next of this.#lead.keysAfter(key, direction)) {
      const unit = await this.#lead.keyUnit(next, this.#origin);
      if (unit !== undefined) yield unit;
    }
  }

  close(): void {
    this.#guarded.input.dispose();
  }
}

/** Video comes first, so that files of one kind give the same ids to the same kinds of tracks. */
async function openTracks(
  input: Input,
  onLeftOut: OnLeftOut,
): Promise<readonly [ContainerTrack, ...ContainerTrack[]]> {
  const found = await input.getTracks();
  if (found.length === 0) throw new MediaFileError("there are no tracks in it: it may be cut off");
  const ordered = [
    ...found.filter((track) => track.isVideoTrack()),
    ...found.filter((track) => !track.isVideoTrack()),
  ];
  const tracks: ContainerTrack[] = [];
  const leftOut = new Map<string, string>();
  for (const track of ordered) {
    try {
      if (tracks.length === MAX_TRACKS) throw new MediaFileError(`there are ${MAX_TRACKS} others`);
      tracks.push(await ContainerTrack.open(track, tracks.length + 1));
    } catch (error) {
      leftOut.set(`${track.type} ${track.number}`, reasonOf(error));
    }
  }
  const [first, ...others] = tracks;
  if (first === undefined) {
    const [reason] = leftOut.values();
    throw new MediaFileError(`nothing in it can be carried: ${reason}`);
  }
  for (const [track, reason] of leftOut) onLeftOut(track, reason);
  return [first, ...others];
}

/**
 * Position 0 is the first picture or sound. What a container puts before its own 0 is not shown, but
 * only decoded: the priming of AAC and Opus, for one.
 */
function originOf(tracks: readonly ContainerTrack[]): Origin {
  const seconds = Math.max(0, Math.min(...tracks.map(({ first }) => first.timestamp)));
  const decodesFrom = Math.min(...tracks.map((track) => track.decodesFrom));
  return { seconds, startMs: startMsFor((decodesFrom - seconds) * 1000) };
}

/** What people wrote on the file, by the names that FLV has for it. */
async function tagsOf(input: Input): Promise<Metadata> {
  try {
    const { title, artist, album, comment } = await input.getMetadataTags();
    return {
      ...(title !== undefined && { title }),
      ...(artist !== undefined && { artist }),
      ...(album !== undefined && { album }),
      ...(comment !== undefined && { comment }),
    };
  } catch {
    return {}; // Damaged tags are no reason not to play.
  }
}

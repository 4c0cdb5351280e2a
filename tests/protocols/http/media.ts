import { TsMuxer } from "../../../protocols/_formats/mpegts/muxer.ts";
import { mp4Tracks } from "../../../protocols/_formats/mp4/carriage.ts";
import { Fragmenter } from "../../../protocols/_formats/mp4/fragmenter.ts";
import { initSegment } from "../../../protocols/_formats/mp4/init_segment.ts";
import { joinBytes } from "../../../protocols/_formats/join.ts";
import { FlvEgress } from "../../../protocols/http/flv_egress.ts";
import { ThrottledLog } from "../../../protocols/protocol.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { DESCRIPTION, picture, sound } from "./harness.ts";

/** Half a second of pictures at 25 fps with sounds, from a key one on. */
const UNITS: readonly Unit[] = Array.from({ length: 12 }, (_, index) => [
  picture(index * 40, index === 0, 1000),
  sound(index * 40 + 5),
]).flat();

const silent = new ThrottledLog(() => 0, () => {});

/** An FLV file of `units`. */
export function flvFile(units: readonly Unit[] = UNITS): Uint8Array {
  const egress = new FlvEgress(silent);
  const batch = { type: "media", description: DESCRIPTION, units, bytes: 0 } as const;
  return joinBytes([...egress.opening(DESCRIPTION), egress.media(batch)]);
}

/** A transport stream of `units`. */
export function tsFile(units: readonly Unit[] = UNITS): Uint8Array {
  const muxer = new TsMuxer(DESCRIPTION);
  return joinBytes(units.map((unit) => muxer.write([unit])));
}

/** Fragmented MP4: its header, and one fragment of `units`. */
export function mp4Parts(units: readonly Unit[] = UNITS): { init: Uint8Array; media: Uint8Array } {
  const tracks = mp4Tracks(DESCRIPTION.tracks);
  const fragmenter = new Fragmenter(tracks);
  for (const unit of units) fragmenter.add(unit);
  return { init: initSegment(tracks), media: fragmenter.flush()?.bytes ?? new Uint8Array(0) };
}

/** A body that a test feeds by hand. */
export function handFed(): {
  readonly body: ReadableStream<Uint8Array>;
  readonly feed: ReadableStreamDefaultController<Uint8Array>;
} {
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
  if (feed === undefined) throw new Error("Cannot feed the body: it has not started");
  return { body, feed };
}

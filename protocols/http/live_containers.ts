import type { Packaging } from "../../registry/packaging.ts";
import type { ThrottledLog } from "../protocol.ts";
import { ADTS, AudioEgress, MPEG_AUDIO } from "./audio_egress.ts";
import { FlvEgress } from "./flv_egress.ts";
import type { LiveContainer } from "./live_container.ts";
import { Mp4Packaging } from "./mp4_packaging.ts";
import { type LiveItem, PackagedViewer } from "./packaged_viewer.ts";
import { TsPackaging } from "./ts_packaging.ts";
import { type UnitEgress, UnitViewer } from "./unit_viewer.ts";

/** Every form in which one server sends live streams. @param log told of what does not fit. */
export function liveContainers(log: ThrottledLog): readonly LiveContainer[] {
  return [
    ofUnits(".flv", "video/x-flv", new FlvEgress(log)),
    ofItems(".ts", "video/mp2t", "MPEG-TS", new TsPackaging()),
    ofItems(".mp4", "video/mp4", "MP4", new Mp4Packaging()),
    ofUnits(".aac", "audio/aac", new AudioEgress(ADTS, log)),
    ofUnits(".mp3", "audio/mpeg", new AudioEgress(MPEG_AUDIO, log)),
  ];
}

function ofUnits(suffix: string, contentType: string, egress: UnitEgress): LiveContainer {
  return {
    suffix,
    contentType,
    async welcome(viewers, guest) {
      const seat = await viewers.seat(guest);
      return { seat, open: () => UnitViewer.open(seat.reader, egress) };
    },
  };
}

function ofItems(
  suffix: string,
  contentType: string,
  format: string,
  packaging: Packaging<LiveItem>,
): LiveContainer {
  return {
    suffix,
    contentType,
    async welcome(viewers, guest) {
      const seat = await viewers.seatPackaged(guest, packaging);
      return { seat, open: () => PackagedViewer.open(seat.reader, format) };
    },
  };
}

import type { Track } from "../../../registry/media/track.ts";
import type { TrackCandidate } from "../../_formats/rtp/sdp_tracks.ts";

/** A track that a sender has described. */
export interface IncomingTrack extends Omit<TrackCandidate, "track"> {
  readonly track: Track;
}

import { parseRtpPacket, type RtpPacket } from "../../../protocols/_formats/rtp/packet.ts";
import { parseRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { parseRange } from "../../../protocols/rtsp/headers/range.ts";
import { parseRtpInfo } from "../../../protocols/rtsp/headers/rtp_info.ts";
import { RecordingError } from "../../../registry/errors.ts";
import type { Description } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { must } from "../../must.ts";
import { FakeRecording } from "../../registry/fake_recording.ts";
import {
  AUDIO,
  AV,
  BASE,
  type Fields,
  Harness,
  type HarnessOptions,
  type Peer,
  picture,
  sound,
} from "./harness.ts";

const LENGTH_MS = 20_000;
const STEP_MS = 200;
const KEY_MS = 2000;
export const CLIP = `${BASE}/media/clip.mp4`;

/** A picture and sound every 200 ms, every tenth picture a key; the slice data says which it is. */
export const UNITS = Array.from({ length: LENGTH_MS / STEP_MS }, (_, at) => [
  picture(at * STEP_MS, at * STEP_MS % KEY_MS === 0, 16, at),
  sound(at * STEP_MS),
]).flat();

/** What the clip consists of, unless it is the usual. */
export interface ClipOptions extends HarnessOptions {
  readonly description?: Description;
  readonly units?: readonly Unit[];
}

/** A gateway with the recording `media/clip.mp4`, and what was opened of it. */
export async function start(
  { description = AV, units = UNITS, ...options }: ClipOptions = {},
): Promise<{ readonly gateway: Harness; readonly opened: readonly FakeRecording[] }> {
  const gateway = await Harness.start(options);
  const opened: FakeRecording[] = [];
  gateway.registry.addRecordings("media", (name) => {
    if (name === "media/bad.mp4") return Promise.reject(new RecordingError(name, "it is damaged"));
    if (name !== "media/clip.mp4") return Promise.resolve(undefined);
    const recording = new FakeRecording(description, units, LENGTH_MS);
    opened.push(recording);
    return Promise.resolve(recording);
  });
  return { gateway, opened };
}

/** A client that plays both tracks of the clip in its connection. */
export class Viewer {
  readonly peer: Peer;
  readonly #gateway: Harness;
  /** The start of the range, in milliseconds, and the timestamp of the first track at it. */
  #origin = { npt: 0, rtptime: 0, scale: 1 };
  #seen = 0;

  private constructor(gateway: Harness, peer: Peer) {
    this.#gateway = gateway;
    this.peer = peer;
  }

  static async open(gateway: Harness, tracks: readonly number[] = [1, 2]): Promise<Viewer> {
    const peer = await gateway.peer();
    for (const [at, track] of tracks.entries()) {
      const channels = `${2 * at}-${2 * at + 1}`;
      await peer.setup(`${CLIP}/trackID=${track}`, `RTP/AVP/TCP;interleaved=${channels}`);
    }
    return new Viewer(gateway, peer);
  }

  /** Plays and takes note of what the answer says; gives its status. */
  async play(fields: Fields = {}): Promise<number> {
    this.#seen = this.peer.frames.length;
    const status = await this.peer.status("PLAY", CLIP, fields);
    // What was read takes more turns than there are in one request.
    await this.#gateway.clock.run(0);
    const range = parseRange(this.peer.header("Range") ?? "npt=0-");
    const [info] = parseRtpInfo(this.peer.header("RTP-Info") ?? "");
    if (status !== 200 || range.type !== "npt" || info === undefined) return status;
    this.#origin = {
      npt: Number(range.start),
      rtptime: must(info.rtptime),
      scale: Number(this.peer.header("Scale") ?? 1),
    };
    return status;
  }

  /** RTP packets since the last PLAY, with the channels that they came by. */
  get packets(): readonly (RtpPacket & { readonly channel: number })[] {
    return this.peer.frames.slice(this.#seen).filter(({ channel }) => channel % 2 === 0)
      .map(({ channel, payload }) => ({ channel, ...parseRtpPacket(payload) }));
  }

  get #pictures() {
    return this.packets.filter(({ channel, marker }) => channel === 0 && marker);
  }

  /** Which pictures came since the last PLAY, by their slice data, in milliseconds. */
  get shown(): readonly number[] {
    return this.#pictures.map(({ payload }) => must(payload.at(-1)) * STEP_MS);
  }

  /** The same by their timestamps, and what PLAY was answered with. */
  get told(): readonly number[] {
    const { npt, rtptime, scale } = this.#origin;
    return this.#pictures.map(({ timestamp }) =>
      Math.round(npt + ((timestamp - rtptime) | 0) / 90 * scale)
    );
  }

  get goodbyes(): number {
    return this.peer.frames.slice(this.#seen).filter(({ channel, payload }) =>
      channel % 2 === 1 && parseRtcp(payload).some(({ type }) => type === "goodbye")
    ).length;
  }
}

export function isPicture({ track }: Unit): boolean {
  return track !== AUDIO;
}

import type { Clock } from "../../../registry/clock.ts";
import type { Demuxer } from "../../_formats/demux/events.ts";
import { parsePlaylist } from "../../_formats/m3u8/parser.ts";
import type {
  MultivariantPlaylist,
  Playlist,
  RenditionTag,
  Variant,
} from "../../_formats/m3u8/playlist.ts";
import type { HttpClient, HttpReply } from "./client.ts";
import { HttpPullError } from "./errors.ts";
import { HlsMedia } from "./hls_media.ts";
import { LaneMerger } from "./lane_merger.ts";
import { loadMedia, type LocatedPlaylist, readAll } from "./playlists.ts";
import type { PullSink } from "./sink.ts";
import type { PullSource } from "./source.ts";

/** What has come of an HLS source, and how to fetch the rest. */
export interface HlsSourceOptions {
  readonly client: HttpClient;
  /** Of the playlist that the URL leads to. */
  readonly reply: HttpReply;
  /** What of it was read already. */
  readonly head: Uint8Array;
  readonly clock: Clock;
}

/** A presentation of RFC 8216: its best variant, with the audio that goes along with it. */
export class HlsSource implements PullSource {
  /** Segments come at once, and are let through as they play. */
  readonly aheadMs = 0;
  readonly #options: HlsSourceOptions;
  readonly #merger = new LaneMerger();

  constructor(options: HlsSourceOptions) {
    this.#options = options;
  }

  get demuxer(): Pick<Demuxer, "isHolding" | "flush"> {
    return this.#merger;
  }

  async run(sink: PullSink): Promise<void> {
    const { client, clock, reply, head } = this.#options;
    const first = parsePlaylist(await readAll(reply, head));
    const playlists = await this.#choose(reply.url, first);
    const medias = playlists.map((located) =>
      new HlsMedia({ client, clock, sink, lane: this.#merger.open() }, located)
    );
    await Promise.all(medias.map((media) => media.run()));
  }

  /** The media playlists that make up the presentation: one, or video and audio apart. */
  async #choose(url: URL, playlist: Playlist): Promise<readonly LocatedPlaylist[]> {
    if (playlist.type === "media") return [{ url, playlist }];
    const variant = bestVariant(playlist);
    if (variant === undefined) throw new HttpPullError(url, "its playlist lists no variant");
    const audio = audioOf(playlist, variant);
    const uris = [variant.uri, ...(audio?.uri === undefined ? [] : [audio.uri])];
    return await Promise.all(uris.map((uri) => loadMedia(this.#options.client, new URL(uri, url))));
  }
}

/** The one of the highest bandwidth; one whose codecs tell that it has no picture comes after all others. */
function bestVariant({ variants }: MultivariantPlaylist): Variant | undefined {
  return [...variants].sort((a, b) =>
    Number(hasVideo(b)) - Number(hasVideo(a)) || b.bandwidth - a.bandwidth
  )[0];
}

const AUDIO_CODEC = /^(mp4a|ac-3|ec-3|opus|fLaC|mp3)/i;

function hasVideo({ codecs, resolution }: Variant): boolean {
  return resolution !== undefined || codecs === undefined ||
    codecs.some((codec) => !AUDIO_CODEC.test(codec));
}

/** The rendition of its audio group that players begin with. */
function audioOf(
  { renditions }: MultivariantPlaylist,
  { audio }: Variant,
): RenditionTag | undefined {
  const group = renditions.filter(({ type, groupId }) => type === "AUDIO" && groupId === audio);
  return group.find(({ isDefault }) => isDefault) ?? group[0];
}

import type { MultivariantPlaylist } from "../../_formats/m3u8/playlist.ts";
import type { Resource } from "./names.ts";
import type { ReloadRequest } from "./reload.ts";
import type { SharedText } from "./text.ts";

/** What is asked of a media playlist. */
export interface PlaylistRequest {
  readonly rendition: string;
  /** Blocking reload: what the playlist has to have. */
  readonly reload?: ReloadRequest | undefined;
  /** Whether segments that the player knows may be left out. */
  readonly isDelta: boolean;
}

/** A playlist or manifest, and how long caches may keep it. */
export interface Listing {
  readonly text: SharedText;
  readonly maxAgeSeconds: number;
}

/** What is fetched by a name that a playlist gives. */
export type MediaResource = Exclude<Resource, { readonly type: "playlist" }>;

/** A stream or recording in the form of segments, as its viewers see it. */
export interface Programme {
  /** A part of the URLs of segments: only who was given a playlist knows it. */
  readonly key: string;
  /** Whether playlists are fetched once, so that only segments tell that a viewer is still there. */
  readonly isRecorded: boolean;
  /** Milliseconds that a viewer who is still there may be silent. */
  readonly silenceMs: number;
  /**
   * The multivariant playlist; that of one rendition alone where `rendition` names it. Undefined where
   * there is no such rendition.
   *
   * @throws {HttpError} 406: the format carries none of the tracks; 503: nothing has come yet.
   * @throws {RegistryError}
   */
  multivariant(rendition: string | undefined, gone: AbortSignal): Promise<
    MultivariantPlaylist | undefined
  >;
  /** Undefined where there is no such rendition. Throws as `multivariant`. */
  playlist(request: PlaylistRequest, gone: AbortSignal): Promise<Listing | undefined>;
  /** The manifest of DASH; undefined where there is none. Throws as `multivariant`. */
  manifest(gone: AbortSignal): Promise<Listing | undefined>;
  /** Undefined where there is no such thing, or not any more. @throws {RegistryError} */
  media(
    resource: MediaResource,
    gone: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

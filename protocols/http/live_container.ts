import type { Description } from "../../registry/media/track.ts";
import { HttpError } from "./errors.ts";
import type { Guest, Seat, Viewers } from "./viewers.ts";

/**
 * What the bytes from here on are, as a page has to tell its `SourceBuffer`: only of containers that
 * cannot change their tracks on the way.
 */
export interface LiveInit {
  readonly type: "init";
  /** Media type with codecs, RFC 6381: `video/mp4; codecs="avc1.64001f, mp4a.40.2"`. */
  readonly mime: string;
}

/** Something that a viewer is sent. Shared with other viewers: nobody may change it. */
export type LivePiece = Uint8Array | LiveInit;

/** One viewer's way through a stream: what it is to be sent next. */
export interface LiveViewer {
  /**
   * Everything that has come since the last call; `undefined` after the publisher has ended.
   *
   * @throws {RegistryError} the registry ended this viewer.
   */
  next(): Promise<readonly LivePiece[] | undefined>;
}

/** A viewer that has its place, but of whose stream nothing is known yet. */
export interface Arrival {
  readonly seat: Seat;
  /**
   * Waits for the first media, so that a stream which does not come is told in the response's status.
   *
   * @throws {RegistryError} it did not come.
   * @throws {HttpError} 406: the container carries none of its codecs.
   * @throws {BitstreamError} a configuration cannot be read.
   */
  open(): Promise<LiveViewer>;
}

/** A form in which live streams are sent. */
export interface LiveContainer {
  /** What stands behind the name of the stream in the path: `.flv`. */
  readonly suffix: string;
  readonly contentType: string;
  /** Gives a viewer its place. Throws as `Viewers.seat`. */
  welcome(viewers: Viewers, guest: Guest): Promise<Arrival>;
}

/** What a viewer of a stream is told of which a container carries no track. */
export function notCarried(stream: string, format: string, { tracks }: Description): HttpError {
  const codecs = tracks.map((track) => track.codec).join(", ");
  const reason = `Cannot send ${stream} as ${format}: ${format} does not carry ${codecs}`;
  return new HttpError(406, "unsupported-codec", reason);
}

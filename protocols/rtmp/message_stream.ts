import type { Publisher } from "../../registry/publisher.ts";
import type { Reader } from "../../registry/reader.ts";
import type { FlvCapabilities } from "../_formats/flv/capabilities.ts";
import type { AmfObject } from "../_formats/amf/value.ts";
import { ConnectionClosedError } from "../_transport/errors.ts";
import { type Context, ThrottledLog } from "../protocol.ts";
import { encodeCommand, onStatus } from "./command.ts";
import { sampleAccess } from "./data.ts";
import { RtmpIngest } from "./ingest.ts";
import type { RtmpLink } from "./link.ts";
import type { RtmpMessage } from "./message.ts";
import type { RtmpOptions } from "./options.ts";
import { Outlet, UnsupportedTrackError } from "./outlet.ts";
import type { PlayRange } from "./play_range.ts";
import { RecordedPlay } from "./recorded_play.ts";
import { playRefusal, publishRefusal, reasonOf } from "./refusals.ts";
import { nextStreamState, type StreamEdge, type StreamState } from "./state.ts";
import { STATUS, type Status } from "./status.ts";
import type { RequestedStream } from "./url.ts";

/** What a message stream needs of its connection. */
export interface StreamHost {
  readonly context: Context;
  readonly options: RtmpOptions;
  readonly link: RtmpLink;
  readonly capabilities: FlvCapabilities;
  /** Ends the connection once what was sent has gone out. */
  readonly end: (reason: string) => void;
}

/** What is going on in a message stream that publishes. */
interface Publishing {
  readonly kind: "publishing";
  readonly publisher: Publisher;
  readonly ingest: RtmpIngest;
}

/** What is going on in one that plays; the reader is absent while it is paused. */
interface Playing {
  readonly kind: "playing";
  readonly requested: RequestedStream;
  reader?: Reader;
  outlet?: Outlet;
}

/** What is going on in one that plays a recording. */
interface PlayingRecorded {
  readonly kind: "recorded";
  readonly requested: RequestedStream;
  readonly play: RecordedPlay;
}

/** One message stream of a client, from createStream to deleteStream: idle, publishing or playing. */
export class MessageStream {
  readonly id: number;
  readonly #host: StreamHost;
  #state: StreamState = "idle";
  #work: Publishing | Playing | PlayingRecorded | undefined;
  #audio = true;
  #video = true;

  constructor(id: number, host: StreamHost) {
    this.id = id;
    this.#host = host;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Name of what is published or played. */
  get name(): string | undefined {
    if (this.#work === undefined) return undefined;
    return this.#work.kind === "publishing" ? this.#work.publisher.name : this.#work.requested.name;
  }

  /** @throws {RtmpStateError} before anything has changed. */
  #step(edge: StreamEdge): void {
    this.#state = nextStreamState(this.#state, edge);
  }

  /** Becomes the publisher of a name, or says why not. @throws {RtmpStateError} */
  async publish({ name, query }: RequestedStream): Promise<void> {
    this.#step("publish");
    const { context, link } = this.#host;
    const { registry, log } = context;
    try {
      const publisher = await registry.publish({
        name,
        query,
        protocol: "rtmp",
        remote: link.remote,
      });
      const trouble = new ThrottledLog(
        () => registry.clock.now(),
        (message, fields) => log.warn(message, { stream: name, remote: link.remote, ...fields }),
      );
      this.#work = {
        kind: "publishing",
        publisher,
        ingest: new RtmpIngest(publisher, registry, trouble),
      };
      publisher.signal.addEventListener("abort", () => this.#publisherCut(publisher));
    } catch (error) {
      this.#step("stop");
      return this.#status(publishRefusal(error), reasonOf(error));
    }
    link.control({ kind: "streamBegin", streamId: this.id });
    this.#status(STATUS.PUBLISH_START, `${name} is now published.`);
  }

  #publisherCut({ signal }: Publisher): void {
    this.#status(publishRefusal(signal.reason), reasonOf(signal.reason));
    this.#host.end(reasonOf(signal.reason));
  }

  /** Takes audio, video or data of the peer. What comes for a stream that does not publish is late. */
  push(message: RtmpMessage): void {
    if (this.#work?.kind === "publishing") this.#work.ingest.push(message);
  }

  /**
   * Starts to play a name, a recording where there is one, in place of what was played before.
   *
   * @throws {RtmpStateError}
   */
  async play(requested: RequestedStream, range: PlayRange): Promise<void> {
    this.#step("play");
    this.#endWork({ resumable: false });
    if (!range.isLiveOnly && await this.#playRecorded(requested, range)) return;
    await this.#playLive(requested);
  }

  /** Whether there is a recording of the name, be it that it cannot be played. */
  async #playRecorded(requested: RequestedStream, range: PlayRange): Promise<boolean> {
    const host = this.#host;
    const { registry } = host.context;
    try {
      const { name, query, fileName = name } = requested;
      const request = { query, protocol: "rtmp", remote: host.link.remote };
      const reader = await registry.openRecording({ ...request, name: fileName });
      if (reader === undefined) return false;
      const kinds = { audio: this.#audio, video: this.#video };
      const play = new RecordedPlay({ host, streamId: this.id, reader, range, ...kinds });
      this.#work = { kind: "recorded", requested, play };
      play.start();
    } catch (error) {
      this.#step("stop");
      this.#status(playRefusal(error), reasonOf(error));
    }
    return true;
  }

  async #playLive(requested: RequestedStream): Promise<void> {
    const playing: Playing = { kind: "playing", requested };
    this.#work = playing;
    const reader = await this.#openReader(playing);
    if (reader === undefined) return;
    const { name } = requested;
    this.#host.link.control({ kind: "streamBegin", streamId: this.id });
    this.#status(STATUS.PLAY_RESET, `${name} is about to play.`);
    this.#status(STATUS.PLAY_START, `${name} is playing.`);
    this.#host.link.post(sampleAccess(this.id));
    this.#run(playing, reader);
  }

  async #openReader(playing: Playing): Promise<Reader | undefined> {
    const { context, options, link } = this.#host;
    const { name, query } = playing.requested;
    try {
      const reader = await context.registry.read(
        { name, query, protocol: "rtmp", remote: link.remote },
        { mergeMs: options.merge, patienceMs: options.wait * 1000 },
      );
      playing.reader = reader;
      reader.signal.addEventListener("abort", () => this.#readerCut(reader));
      return reader;
    } catch (error) {
      this.#work = undefined;
      this.#step("stop");
      this.#status(playRefusal(error), reasonOf(error));
      return undefined;
    }
  }

  /** Also ends a write that a stalled player holds up. */
  #readerCut({ signal }: Reader): void {
    const { link, end } = this.#host;
    this.#status(playRefusal(signal.reason), reasonOf(signal.reason));
    link.control({ kind: "streamEof", streamId: this.id });
    end(reasonOf(signal.reason));
  }

  #run(playing: Playing, reader: Reader): void {
    const { link, capabilities } = this.#host;
    const outlet = new Outlet(link, reader, {
      capabilities,
      streamId: this.id,
      audio: this.#audio,
      video: this.#video,
      isServer: false,
    });
    playing.outlet = outlet;
    this.#playOn(outlet, playing.requested.name).catch((error) => {
      reader.close();
      if (reader.signal.aborted) return;
      if (error instanceof ConnectionClosedError) return link.close();
      if (error instanceof UnsupportedTrackError) {
        this.#status(STATUS.PLAY_NO_SUPPORTED_TRACK, error.message);
      }
      this.#host.end(reasonOf(error));
    });
  }

  /** Plays one publication after the other, for as long as the registry lets the reader wait. */
  async #playOn(outlet: Outlet, name: string): Promise<void> {
    const { link } = this.#host;
    let onFirst = () => {};
    while (await outlet.run(onFirst) === "end") {
      this.#status(STATUS.PLAY_UNPUBLISH_NOTIFY, `${name} is no longer published.`);
      link.control({ kind: "streamEof", streamId: this.id });
      onFirst = () => {
        link.control({ kind: "streamBegin", streamId: this.id });
        this.#status(STATUS.PLAY_PUBLISH_NOTIFY, `${name} is published again.`);
      };
    }
  }

  /** Stops or goes on playing; a live stream goes on where it is then. @throws {RtmpStateError} */
  async pause(isPaused: boolean): Promise<void> {
    const was = this.#state;
    this.#step(isPaused ? "pause" : "unpause");
    const playing = this.#work;
    if (this.#state === was) return;
    if (playing?.kind === "recorded") return playing.play.pause(isPaused);
    if (playing?.kind !== "playing") return;
    const { link } = this.#host;
    if (isPaused) {
      playing.reader?.close();
      link.control({ kind: "streamEof", streamId: this.id });
      return this.#status(STATUS.PAUSE_NOTIFY, `${playing.requested.name} is paused.`);
    }
    const reader = await this.#openReader(playing);
    if (reader === undefined) return;
    link.control({ kind: "streamBegin", streamId: this.id });
    this.#status(STATUS.UNPAUSE_NOTIFY, `${playing.requested.name} goes on.`);
    this.#run(playing, reader);
  }

  /** Goes on at `ms` of a recording; a live stream cannot be sought. @throws {RtmpStateError} */
  seek(ms: number): void {
    this.#step("seek");
    if (this.#work?.kind === "recorded") return this.#work.play.seek(ms);
    this.#status(STATUS.SEEK_FAILED, `${this.name} is live and cannot be sought.`);
  }

  /** Turns audio or video of what is played on or off. */
  receive(kinds: { readonly audio?: boolean; readonly video?: boolean }): void {
    this.#audio = kinds.audio ?? this.#audio;
    this.#video = kinds.video ?? this.#video;
    if (this.#work?.kind === "playing") this.#work.outlet?.receive(kinds);
    if (this.#work?.kind === "recorded") this.#work.play.receive(kinds);
  }

  /** Ends what goes on, in good order. */
  stop(): void {
    const work = this.#work;
    this.#step("stop");
    this.#endWork({ resumable: false });
    if (work?.kind === "publishing") {
      this.#status(STATUS.UNPUBLISH_SUCCESS, `${work.publisher.name} is no longer published.`);
    }
  }

  /** Ends what goes on because the client deleted the stream, or is gone. */
  delete(end: { readonly resumable: boolean }): void {
    this.#step("delete");
    this.#endWork(end);
  }

  #endWork(end: { readonly resumable: boolean }): void {
    const work = this.#work;
    this.#work = undefined;
    if (work?.kind === "playing") work.reader?.close();
    if (work?.kind === "recorded") work.play.close();
    if (work?.kind === "publishing") {
      work.ingest.close();
      work.publisher.close(end);
    }
  }

  #status(status: Status, description: string, details?: AmfObject): void {
    this.#host.link.post(encodeCommand(onStatus(status, description, details), this.id));
  }
}

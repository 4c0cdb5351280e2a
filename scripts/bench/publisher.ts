import { systemClock } from "../../registry/clock.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { FLV_TYPE_IDS, type FlvMessage } from "../../protocols/_formats/flv/message.ts";
import { RtmpClient } from "../../protocols/rtmp/client.ts";
import { CHUNK_STREAM, type OutgoingMessage } from "../../protocols/rtmp/message.ts";
import { parseRtmpUrl } from "../../protocols/rtmp/url.ts";
import { frames, sequenceHeaders, type Sound, stampPicture } from "./media.ts";

/** Publishes the stream of `media.ts` over RTMP, in real time. */
export class Publisher {
  readonly #client: RtmpClient;
  /** Resolves after the signal has ended the publishing. */
  readonly ended: Promise<void>;
  #sentBytes = 0;
  #sentPictures = 0;

  private constructor(client: RtmpClient, sound: Sound, signal: AbortSignal) {
    this.#client = client;
    this.ended = this.#run(sound, signal);
  }

  /** Resolves when the server has taken the name. */
  static async start(url: URL, sound: Sound, signal: AbortSignal): Promise<Publisher> {
    const client = await RtmpClient.connect(parseRtmpUrl(url), {
      transport: denoTransport,
      clock: systemClock,
      signal,
    });
    await client.publish();
    return new Publisher(client, sound, signal);
  }

  /** Bytes of the bodies that were sent, without framing. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Pictures that were sent. */
  get sentPictures(): number {
    return this.#sentPictures;
  }

  async #run(sound: Sound, signal: AbortSignal): Promise<void> {
    const start = performance.now();
    for (const message of sequenceHeaders(sound)) this.#send(message);
    for (const message of frames(sound)) {
      const wait = start + message.timestamp - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (signal.aborted) return;
      stampPicture(message, performance.now());
      if (message.type === "video") this.#sentPictures++;
      this.#send(message);
    }
  }

  #send({ type, timestamp, parts }: FlvMessage): void {
    const message: OutgoingMessage = {
      csid: type === "audio" ? CHUNK_STREAM.AUDIO : CHUNK_STREAM.VIDEO,
      type: FLV_TYPE_IDS[type],
      timestamp,
      streamId: this.#client.streamId,
      parts,
    };
    this.#client.link.post(message);
    for (const part of parts) this.#sentBytes += part.byteLength;
  }
}

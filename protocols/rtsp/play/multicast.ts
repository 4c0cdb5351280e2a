/**
 * Streams that are sent to a group of receivers at once: RFC 2326 section 12.39, RFC 2365.
 *
 * @module
 */
import type { PeerRequest } from "../../../registry/registry.ts";
import type { Reader } from "../../../registry/reader.ts";
import type { ReadBatch } from "../../../registry/reader.ts";
import type { Context } from "../../protocol.ts";
import { NotEnoughBandwidthError } from "../errors.ts";
import type { RtspOptions } from "../options.ts";
import type { RtpItem, RtpPackaging } from "./packaging.ts";
import { type PlayedTrack, Playing } from "./playing.ts";
import type { UdpTransport } from "../transport/track_transport.ts";
import { UdpPorts } from "../transport/udp_ports.ts";

/** Streams at a time: each floods every network that asks for it. */
const MAX_GROUPS = 256;

const LAST_ADDRESS = 0xefff_ffff;
const LAST_PORT = 65_534;

export interface MulticastParts {
  readonly context: Context;
  readonly options: RtspOptions;
  readonly packaging: RtpPackaging;
}

/** One of those that receive a group. */
export interface MulticastViewer {
  readonly request: PeerRequest;
  /** Told when the group stops though the viewer did not leave. */
  readonly onEnded: (error: unknown) => void;
}

/** The groups of one server, one for each stream that somebody has set up. */
export class MulticastGroups {
  readonly #parts: MulticastParts;
  readonly #ports: UdpPorts;
  readonly #groups = new Map<string, MulticastGroup>();

  private constructor(parts: MulticastParts, ports: UdpPorts) {
    this.#parts = parts;
    this.#ports = ports;
  }

  /** Opens what the packets are sent from, on the interface of `host`. @throws {ListenError} */
  static async open(host: string, parts: MulticastParts): Promise<MulticastGroups> {
    const { context: { transport }, options: { multicast } } = parts;
    // Groups are those of IPv4, also where players are served over IPv6.
    const from = host.includes(":") ? "0.0.0.0" : host;
    return new MulticastGroups(
      parts,
      await UdpPorts.open(transport, from, [0], { multicastTtl: multicast.ttl }),
    );
  }

  /** The group of a stream, which whoever asks has to hold. @throws {NotEnoughBandwidthError} */
  of(name: string): MulticastGroup {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = new MulticastGroup(this.#freeAddress(), {
      ...this.#parts,
      ports: this.#ports,
      onUnused: () => void this.#groups.delete(name),
    });
    this.#groups.set(name, group);
    return group;
  }

  #freeAddress(): string {
    const taken = new Set([...this.#groups.values()].map(({ address }) => address));
    const first = toNumber(this.#parts.options.multicast.group);
    for (let number = first; number < first + MAX_GROUPS && number <= LAST_ADDRESS; number++) {
      const address = toAddress(number);
      if (!taken.has(address)) return address;
    }
    throw new NotEnoughBandwidthError("all multicast groups are in use");
  }

  async close(): Promise<void> {
    await this.#ports.close();
  }
}

interface GroupParts extends MulticastParts {
  readonly ports: UdpPorts;
  /** Told when nobody holds the group any more. */
  readonly onUnused: () => void;
}

/** The group of one stream: sent to for as long as anybody plays it. */
export class MulticastGroup {
  readonly address: string;
  readonly #parts: GroupParts;
  readonly #tracks = new Map<number, PlayedTrack>();
  readonly #holders = new Set<MulticastViewer>();
  readonly #viewers = new Set<MulticastViewer>();
  #playing: Playing | undefined;
  /** Viewers come in one after the other, so that one reader serves all of them. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(address: string, parts: GroupParts) {
    this.address = address;
    this.#parts = parts;
  }

  get ttl(): number {
    return this.#parts.options.multicast.ttl;
  }

  /** Where a track is sent to: the same for every viewer. @throws {NotEnoughBandwidthError} */
  transportOf(trackId: number, format: string): UdpTransport {
    const transport = this.#tracks.get(trackId)?.transport;
    const port = transport?.lower === "udp" ? transport.rtp.port : this.#freePort();
    const { address: host } = this;
    const made: UdpTransport = {
      lower: "udp",
      ports: this.#parts.ports,
      rtp: { host, port },
      rtcp: { host, port: port + 1 },
      group: this,
    };
    this.#tracks.set(trackId, { transport: made, format });
    return made;
  }

  #freePort(): number {
    const port = this.#parts.options.multicast.port + 2 * this.#tracks.size;
    if (port <= LAST_PORT) return port;
    throw new NotEnoughBandwidthError("all ports of multicast groups are in use");
  }

  /** Keeps address and ports, until `release`. */
  hold(viewer: MulticastViewer): void {
    this.#holders.add(viewer);
  }

  /** Lets a viewer in, and begins to send where it is the first. @throws {RegistryError} */
  async play(viewer: MulticastViewer): Promise<void> {
    const turn = this.#turn.then(() => this.#admit(viewer));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async #admit(viewer: MulticastViewer): Promise<void> {
    const { context: { registry }, options, packaging } = this.#parts;
    if (this.#playing !== undefined) await registry.authorize("read", viewer.request);
    // The others may have left in the meantime.
    if (this.#playing === undefined) {
      this.#start(
        await registry.readPackaged(viewer.request, packaging, {
          mergeMs: options.merge,
          patienceMs: options.wait * 1000,
        }),
      );
    }
    this.#viewers.add(viewer);
  }

  #start(reader: Reader<ReadBatch<RtpItem>>): void {
    const { clock } = this.#parts.context.registry;
    const playing = new Playing({ reader, clock, tracks: this.#tracks });
    this.#playing = playing;
    playing.run().catch((error) => {
      if (this.#playing !== playing) return;
      this.#playing = undefined;
      for (const viewer of [...this.#viewers]) viewer.onEnded(error);
    });
  }

  /** Lets a viewer out; the last one ends the sending. */
  async pause(viewer: MulticastViewer): Promise<void> {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    const playing = this.#playing;
    this.#playing = undefined;
    await playing?.close(true);
  }

  /** Gives address and ports up, where nobody else holds them. */
  async release(viewer: MulticastViewer): Promise<void> {
    const paused = this.pause(viewer);
    this.#holders.delete(viewer);
    if (this.#holders.size === 0) this.#parts.onUnused();
    await paused;
  }
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => number >>> shift & 0xff).join(".");
}

import type { PeerRequest } from "../../../registry/registry.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import { formatAddress } from "../../_transport/transport.ts";
import type { Context } from "../../protocol.ts";
import type { MulticastGroups } from "../play/multicast.ts";
import type { RtspOptions } from "../options.ts";
import type { Orphans } from "./orphans.ts";
import type { RtpPackaging } from "../play/packaging.ts";
import type { RtspSession } from "../session.ts";
import type { UdpPorts } from "../transport/udp_ports.ts";
import type { StreamTarget } from "../url.ts";

/** What a session has of its connection and server. */
export interface SessionHost {
  readonly context: Context;
  readonly options: RtspOptions;
  readonly stream: ByteStream;
  readonly udp: UdpPorts | undefined;
  readonly multicast: MulticastGroups | undefined;
  readonly packaging: RtpPackaging;
  readonly orphans: Orphans;
  /** Told when a session ends that nobody has closed, and why. */
  readonly onEnded: (session: RtspSession, reason: string) => void;
}

/** What the registry is told of a client's wish. */
export function peerRequest(
  { stream }: Pick<SessionHost, "stream">,
  { name, query }: StreamTarget,
  user: string | undefined,
): PeerRequest {
  return { name, query, protocol: "rtsp", remote: formatAddress(stream.remote), user };
}

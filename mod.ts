/**
 * Sluice as a library: a live media gateway inside your own Deno program.
 *
 * ```ts ignore
 * import { builtinProtocols, Gateway } from "jsr:@sluice/gateway";
 *
 * const gateway = new Gateway({ protocols: builtinProtocols });
 * await gateway.start();
 * ```
 *
 * See `docs/embedding.md` for publishing and reading units from code, and for a protocol module of
 * one's own.
 *
 * @module
 */

export { Gateway, type GatewayOptions } from "./protocols/gateway.ts";
export type { Relay } from "./protocols/relays.ts";
export { builtinProtocols } from "./protocols/mod.ts";
export { demo, type DemoOptions } from "./protocols/demo/mod.ts";
export { file, type FileOptions } from "./protocols/file/mod.ts";
export { http, type HttpOptions } from "./protocols/http/mod.ts";
export { rtmp, type RtmpOptions } from "./protocols/rtmp/mod.ts";
export { type MulticastOptions, rtsp, type RtspOptions } from "./protocols/rtsp/mod.ts";
export {
  type IceServer,
  type SignalingSection,
  webrtc,
  type WebRtcOptions,
} from "./protocols/webrtc/mod.ts";

export {
  ConfigError,
  type Context,
  type Endpoint,
  type HttpEnv,
  parseSection,
  type Protocol,
  type Server,
} from "./protocols/protocol.ts";
export type { Ports, TlsSection } from "./protocols/_config/fields.ts";
export { type LogFields, type Logger, silentLogger } from "./protocols/logger.ts";
export {
  type Address,
  type Connection,
  type ConnectOptions,
  type Datagram,
  type DatagramSocket,
  formatAddress,
  type HttpHandler,
  type HttpPeer,
  type HttpServer,
  type ListenDatagramOptions,
  type Listener,
  type ListenOptions,
  type ServeHttpOptions,
  type TlsIdentity,
  type Transport,
} from "./protocols/_transport/transport.ts";
export { ConnectError, ConnectionClosedError, ListenError } from "./protocols/_transport/errors.ts";
export { MemoryTransport } from "./protocols/_transport/memory_transport.ts";

export { type PeerRequest, Registry, type RegistryOptions } from "./registry/registry.ts";
export type { PublishOptions } from "./registry/key_requests.ts";
export type { Publisher, PublisherEnd } from "./registry/publisher.ts";
export type {
  Batch,
  EndBatch,
  MediaBatch,
  ReadBatch,
  Reader,
  ReadOptions,
} from "./registry/reader.ts";
export type { Source, SourceResolver } from "./registry/source.ts";
export type { QueueLimits } from "./registry/fanout.ts";
export type { GopLimits, LogItem } from "./registry/gop_cache.ts";
export type { StreamSettings } from "./registry/settings.ts";
export type { Stream, StreamState } from "./registry/stream.ts";
export type {
  PublisherSnapshot,
  ReaderSnapshot,
  StreamSnapshot,
  TrackSnapshot,
} from "./registry/snapshot.ts";
export type { Peer, RegistryEvent, RegistryListener } from "./registry/events.ts";
export type { AccessAction, AccessPolicy, AccessRequest } from "./registry/access.ts";
export { type Cancel, type Clock, systemClock } from "./registry/clock.ts";
export * from "./registry/errors.ts";
export { memo, memoPair, type Packager, type Packaging } from "./registry/packaging.ts";
export * from "./registry/media/mod.ts";

import { assertStringIncludes } from "@std/assert";
import { ANSWER_MS } from "../../protocols/webrtc/client/http_resource.ts";
import { FIRST_PACKET_MS, SILENCE_MS } from "../../protocols/webrtc/client/arrivals.ts";
import { MAX_DATAGRAM_SIZE } from "../../protocols/webrtc/egress/packaging.ts";
import { NACK_PATIENCE_MS } from "../../protocols/webrtc/ingest/incoming_media.ts";
import { KEY_INTERVAL_MS, KEY_RETRY_MS } from "../../protocols/webrtc/ingest/key_timer.ts";
import { MAX_MISSING, NACK_RETRY_MS } from "../../protocols/webrtc/ingest/missing_packets.ts";
import { parseOptions } from "../../protocols/webrtc/options.ts";
import { MAX_CANDIDATES, MAX_SECTIONS } from "../../protocols/webrtc/sdp/limits.ts";
import {
  MAX_CALLS_PER_PEER,
  MAX_CANDIDATES as MAX_CALL_CANDIDATES,
} from "../../protocols/webrtc/signaling/calls.ts";
import { MAX_NAME_BYTES } from "../../protocols/webrtc/signaling/names.ts";
import {
  MAX_QUEUED_BYTES,
  MAX_QUEUED_MESSAGES,
  MAX_WAIT_MS,
  PEER_TIMEOUT_MS,
} from "../../protocols/webrtc/signaling/poll_peer.ts";
import { MAX_MESSAGE_BYTES } from "../../protocols/webrtc/signaling/poll_routes.ts";
import { MAX_PERMISSIONS } from "../../protocols/webrtc/transport/relayed_peers.ts";
import { FIRST_RETRY_MS, LAST_RETRY_MS } from "../../protocols/webrtc/transport/turn_relay.ts";
import { MAX_FRAGMENT_BYTES, MAX_OFFER_BYTES } from "../../protocols/webrtc/whip/routes.ts";
import { BODY_MS } from "../../protocols/_http/body.ts";
import { readDocument } from "./documents.ts";

const count = (value: number) => value.toLocaleString("en");
const kib = (bytes: number) => `${bytes / 1024} KiB`;
const seconds = (ms: number) => `${ms / 1000} s`;

const { maxSessions, signaling, timeout } = parseOptions({});

/** What the page says of what is a constant of the code, which may change. */
const FACTS: readonly string[] = [
  `every ${seconds(KEY_INTERVAL_MS)}, since browsers make them on demand`,
  `repeated after ${KEY_RETRY_MS} ms`,
  `asked for every ${NACK_RETRY_MS} ms (NACK) and waited for up to ${NACK_PATIENCE_MS} ms, ` +
  `${MAX_MISSING} at a time`,
  `Packets have at most ${count(MAX_DATAGRAM_SIZE)} bytes`,
  `| an offer over ${kib(MAX_OFFER_BYTES)}, a fragment over ${kib(MAX_FRAGMENT_BYTES)} |`,
  `the body has not come whole within ${seconds(BODY_MS)}`,
  `for \`webrtc.timeout\`, ${timeout} s`,
  `A server has ${seconds(ANSWER_MS)} to answer the offer. In a pull it has ` +
  `${seconds(FIRST_PACKET_MS)} more for its first packet, and may then send nothing for ` +
  `${seconds(SILENCE_MS)}.`,
  `| \`webrtc.maxSessions\`, ${count(maxSessions)} |`,
  `| \`webrtc.signaling.maxPeers\`, ${count(signaling.maxPeers)}; half |`,
  `| sections of an offer | ${MAX_SECTIONS} |`,
  `| candidates of an offer, or of a fragment | ${MAX_CANDIDATES} |`,
  `| name of a peer | ${MAX_NAME_BYTES} bytes |`,
  `| message | ${kib(MAX_MESSAGE_BYTES)} |`,
  `| ${MAX_QUEUED_MESSAGES}, ${kib(MAX_QUEUED_BYTES)} |`,
  `| calls of one peer, candidates of a call | ${MAX_CALLS_PER_PEER}, ${MAX_CALL_CANDIDATES} |`,
  `none under way for ${seconds(PEER_TIMEOUT_MS)} has left`,
  `those of a peer's candidates, ${count(MAX_PERMISSIONS)} at a time for all peers`,
  `asked for again after ${seconds(FIRST_RETRY_MS)}, and less and less often up to every ` +
  `${LAST_RETRY_MS / 60_000} minutes`,
  MAX_WAIT_MS === 300_000 ? "answered after five minutes" : seconds(MAX_WAIT_MS),
];

for (const fact of FACTS) {
  Deno.test(`webrtc.md: ${fact}`, async () => {
    assertStringIncludes((await readDocument("docs/webrtc.md")).replaceAll(/\s+/g, " "), fact);
  });
}

/**
 * `deno run -A scripts/bench/srtp.ts [--viewers N]`: what SRTP costs for one packet and one viewer, in
 * microseconds of CPU, beside plain `node:crypto` and werift. Each viewer has keys of its own and they take
 * turns, as at a server, so that the caches are as cold as they are there.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import { cpuUsage } from "node:process";
import { RtpHeader, SrtpSession } from "npm:werift@^0.25.2";
import { writeRtpHeader } from "../../protocols/_formats/rtp/packet.ts";
import type { OutgoingRtp } from "../../protocols/webrtc/rtc_transport.ts";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  keyingMaterialSize,
  type SrtpKey,
  srtpKeys,
  type SrtpProfile,
} from "../../protocols/webrtc/srtp/keys.ts";
import { SrtpReceiver } from "../../protocols/webrtc/srtp/receiver.ts";
import { SrtpSender } from "../../protocols/webrtc/srtp/sender.ts";

/** Bytes of payload: a full packet of video, and one of Opus. */
const SIZES = [1200, 160];
const BATCHES = [1, 3, 10];
const PROFILES: Readonly<Record<string, SrtpProfile>> = {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
};

/** Packets of one round; the quickest of several rounds counts, as the machine has other work too. */
const ROUND = 3500;
const ROUNDS = 20;

/** The compiler works beside, and on a busy machine takes its time. */
const WARM_UP_MS = 500;
const NODE_TAG_SIZE = 16;

/** Batches of a viewer that are received before they come again. */
const RECEIVED_BATCHES = 20;

/** Handles one batch of a viewer, always the same one. */
type Path = () => void;

interface Row {
  readonly what: string;
  readonly makePath: (key: SrtpKey, size: number, batch: number) => Path;
}

const ROWS: readonly Row[] = [
  { what: "send", makePath: sending },
  { what: "receive", makePath: receiving },
  { what: "node:crypto GCM, send", makePath: nodeSending },
  { what: "werift, send", makePath: weriftSending },
  { what: "werift, receive", makePath: weriftReceiving },
];

function sending(key: SrtpKey, size: number, batch: number): Path {
  const sender = new SrtpSender(key);
  const packets = packetsOf(size, batch);
  return () => void sender.protectRtp(packets);
}

/** Begins anew each time, or all but the first batch would be replayed; so it has the keys' price too. */
function receiving(key: SrtpKey, size: number, batch: number): Path {
  const sealed = sealedPackets(key, size, batch * RECEIVED_BATCHES);
  let receiver = new SrtpReceiver(key);
  let at = 0;
  return () => {
    if (at === sealed.length) receiver = new SrtpReceiver(key);
    at %= sealed.length;
    for (const end = at + batch; at < end; at++) receiver.unprotectRtp(sealed[at] as Uint8Array);
  };
}

/** The least that a call for each packet takes. */
function nodeSending({ masterKey }: SrtpKey, size: number, batch: number): Path {
  const packets = packetsOf(size, batch);
  const iv = new Uint8Array(12);
  return () => {
    for (const { header, payload } of packets) {
      const cipher = createCipheriv("aes-128-gcm", masterKey, iv);
      const sealed = new Uint8Array(header.length + size + NODE_TAG_SIZE);
      sealed.set(header);
      cipher.setAAD(header);
      sealed.set(cipher.update(payload), header.length);
      cipher.final();
      sealed.set(cipher.getAuthTag(), header.length + size);
    }
  };
}

function weriftSending(key: SrtpKey, size: number, batch: number): Path {
  const session = weriftSession(key);
  const payload = Buffer.alloc(size);
  const headers = packetsOf(size, batch).map(({ header }) =>
    RtpHeader.deSerialize(Buffer.from(header))
  );
  return () => {
    for (const header of headers) session.encrypt(payload, header);
  };
}

function weriftReceiving(key: SrtpKey, size: number, batch: number): Path {
  const session = weriftSession(key);
  const sealed = sealedPackets(key, size, batch).map((packet) => Buffer.from(packet));
  return () => {
    for (const packet of sealed) session.decrypt(packet);
  };
}

function weriftSession({ profile, masterKey, masterSalt }: SrtpKey): SrtpSession {
  const key = Buffer.from(masterKey);
  const salt = Buffer.from(masterSalt);
  return new SrtpSession({
    profile,
    keys: {
      localMasterKey: key,
      localMasterSalt: salt,
      remoteMasterKey: key,
      remoteMasterSalt: salt,
    },
  });
}

function sealedPackets(key: SrtpKey, size: number, count: number): readonly Uint8Array[] {
  const sender = new SrtpSender(key);
  const sealed = sender.protectRtp(packetsOf(size, count));
  sender.close();
  return sealed;
}

/** With a header extension of a word, as transport-wide-cc has. */
function packetsOf(size: number, count: number): readonly OutgoingRtp[] {
  const payload = new Uint8Array(size);
  const extension = { profile: 0xbede, data: new Uint8Array(4) };
  return Array.from({ length: count }, (_, sequence) => {
    const header = new Uint8Array(20);
    const fields = { marker: false, payloadType: 96, sequence, timestamp: 1, ssrc: 1, extension };
    writeRtpHeader(header, 0, fields);
    return { header, payload };
  });
}

function keyOf(profile: SrtpProfile): SrtpKey {
  const material = crypto.getRandomValues(new Uint8Array(keyingMaterialSize(profile)));
  return srtpKeys(profile, material, true).local;
}

/** Time of all threads, so that what the garbage collector does beside is counted too. */
function cpuMicroseconds(): number {
  const { user, system } = cpuUsage();
  return user + system;
}

/** Microseconds for a packet. */
function measure(row: Row, profile: SrtpProfile, size: number, batch: number): number {
  const paths = Array.from({ length: viewers }, () => row.makePath(keyOf(profile), size, batch));
  const turns = Math.ceil(ROUND / batch / viewers);
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) for (const path of paths) path();
  let quickest = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = cpuMicroseconds();
    for (let turn = 0; turn < turns; turn++) {
      for (const path of paths) path();
    }
    quickest = Math.min(quickest, (cpuMicroseconds() - start) / turns / viewers / batch);
  }
  return quickest;
}

const { viewers: asked } = parseArgs(Deno.args, { string: ["viewers"] });
const viewers = Number(asked ?? 350);
if (!(viewers >= 1)) throw new RangeError("Cannot measure: --viewers is a number from 1");
console.log(`us per packet, ${viewers} viewers`);
console.log(["".padEnd(42), ...BATCHES.map((batch) => `batch ${batch}`.padStart(9))].join(""));
for (const [name, profile] of Object.entries(PROFILES)) {
  for (const size of SIZES) {
    for (const row of ROWS) {
      if (profile !== AEAD_AES_128_GCM && row.makePath === nodeSending) continue;
      const figures = BATCHES.map((batch) => measure(row, profile, size, batch).toFixed(2));
      const title = `${name.slice(0, 8)} ${size} B: ${row.what}`;
      console.log(title.padEnd(42) + figures.map((figure) => figure.padStart(9)).join(""));
    }
  }
}

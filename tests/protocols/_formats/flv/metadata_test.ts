import { assertEquals } from "@std/assert";
import { decodeAmf0 } from "../../../../protocols/_formats/amf/amf0.ts";
import { ALL_CAPABILITIES } from "../../../../protocols/_formats/flv/capabilities.ts";
import {
  metadataMessage,
  metadataProperties,
} from "../../../../protocols/_formats/flv/metadata.ts";
import { routeTracks } from "../../../../protocols/_formats/flv/routes.ts";
import type { Metadata } from "../../../../registry/media/track.ts";
import { vector } from "./bytes.ts";
import { descriptionsOf, ingestFile } from "./stream.ts";

function propertiesOf(file: string, metadata: Metadata = {}): unknown {
  const [description] = descriptionsOf(ingestFile(vector(file)));
  const routes = routeTracks(description ?? { tracks: [], metadata: {} }, ALL_CAPABILITIES);
  return metadataProperties(routes, metadata);
}

Deno.test("onMetaData is told from the tracks", () => {
  assertEquals(propertiesOf("avc_aac.flv"), {
    videocodecid: 7,
    width: 64,
    height: 48,
    framerate: 25,
    audiocodecid: 10,
    audiosamplerate: 44_100,
    audiosamplesize: 16,
    audiochannels: 1,
    stereo: false,
    hasVideo: true,
    hasAudio: true,
    server: "Sluice",
  });
});

Deno.test("enhanced codecs are told by FourCC, further tracks in the info maps", () => {
  assertEquals(propertiesOf("multitrack.flv"), {
    videocodecid: 7,
    width: 64,
    height: 48,
    framerate: 25,
    audiocodecid: 0x4f707573,
    audiosamplerate: 48_000,
    audiosamplesize: 16,
    audiochannels: 1,
    stereo: false,
    videoTrackIdInfoMap: {
      1: { videocodecid: 0x68766331, width: 64, height: 48, framerate: 25 },
      2: { videocodecid: 0x61763031, width: 64, height: 48 },
    },
    audioTrackIdInfoMap: { 1: { audiocodecid: 0x664c6143, samplerate: 48_000, channels: 1 } },
    hasVideo: true,
    hasAudio: true,
    server: "Sluice",
  });
});

Deno.test("what the publisher says goes along, without what is left out", () => {
  const metadata = {
    title: "x",
    encoder: "y",
    duration: 10,
    audiocodecid: 2,
    width: 640,
    videodatarate: 500,
  };
  assertEquals(propertiesOf("speex.flv", metadata), {
    title: "x",
    encoder: "y",
    duration: 10,
    audiocodecid: 11,
    hasVideo: false,
    hasAudio: true,
    server: "Sluice",
  });
});

Deno.test("a size that the codec does not tell is the publisher's", () => {
  assertEquals(propertiesOf("h263.flv", { width: 64, height: 48 }), {
    width: 64,
    height: 48,
    videocodecid: 2,
    hasVideo: true,
    hasAudio: false,
    server: "Sluice",
  });
});

Deno.test("metadataMessage is a method name and an ECMA array", () => {
  const { type, timestamp, parts } = metadataMessage([], {}, 3);
  const body = parts[0] ?? new Uint8Array();
  assertEquals([type, timestamp, body[13]], ["data", 3, 0x08]);
  const [name, argument] = decodeAmf0(body);
  assertEquals([name, JSON.stringify(argument)], [
    "onMetaData",
    '{"hasVideo":false,"hasAudio":false,"server":"Sluice"}',
  ]);
});

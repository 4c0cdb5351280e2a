import { assertEquals, assertThrows } from "@std/assert";
import {
  readConfigRecord,
  writeConfigRecord,
} from "../../../../protocols/_formats/flv/config_records.ts";
import type { CodecConfig, CodecName } from "../../../../registry/media/codec.ts";
import { BitstreamError } from "../../../../registry/media/errors.ts";
import { hex } from "./bytes.ts";

const STREAM_INFO = "1200 1200 0000c2 0004ff 0bb800f000002580 bad7bf8f781a2330b6b7b8712dacb304";
const FLAC: CodecConfig = { codec: "flac", streamInfo: hex(STREAM_INFO) };
const OPUS_HEAD = "4f70757348656164 01 01 3801 80bb0000 0000 00";

const READ: readonly { codec: CodecName; record: string; config: CodecConfig | undefined }[] = [
  { codec: "flac", record: `664c6143 80000022 ${STREAM_INFO}`, config: FLAC },
  { codec: "flac", record: STREAM_INFO, config: FLAC },
  { codec: "aac", record: "1210", config: { codec: "aac", audioSpecificConfig: hex("1210") } },
  { codec: "opus", record: OPUS_HEAD, config: { codec: "opus", head: hex(OPUS_HEAD) } },
  { codec: "vp8", record: "", config: { codec: "vp8" } },
  { codec: "av1", record: "81000c00", config: undefined },
  { codec: "mp3", record: "", config: undefined },
  { codec: "ac3", record: "", config: undefined },
  { codec: "g711a", record: "", config: undefined },
];

for (const { codec, record, config } of READ) {
  Deno.test(`readConfigRecord of ${codec} ${record.slice(0, 16)}`, () => {
    assertEquals(readConfigRecord(codec, hex(record))?.config, config);
  });
}

const WRITTEN: readonly { config: CodecConfig; record: string | undefined }[] = [
  { config: FLAC, record: `664c6143 80000022 ${STREAM_INFO}` },
  { config: { codec: "vp8" }, record: "00 00 82 02 02 02 0000" },
  { config: { codec: "eac3", sampleRate: 48_000, channels: 6 }, record: "" },
  { config: { codec: "g711u", sampleRate: 8000, channels: 1 }, record: undefined },
  { config: { codec: "flv:audio11" }, record: undefined },
];

for (const { config, record } of WRITTEN) {
  Deno.test(`writeConfigRecord of ${config.codec}`, () => {
    assertEquals(writeConfigRecord(config), record === undefined ? undefined : hex(record));
  });
}

for (const codec of ["h264", "h265", "av1", "vp9", "aac", "opus", "flac"] as const) {
  Deno.test(`readConfigRecord refuses a broken record of ${codec}`, () => {
    assertThrows(() => readConfigRecord(codec, hex("ff")), BitstreamError);
  });
}

import { assertEquals } from "@std/assert";
import {
  dolbyParameters,
  serializeDac3,
  serializeDec3,
} from "../../../../protocols/_formats/mp4/dolby.ts";
import { hex } from "../flv/bytes.ts";

Deno.test("a syncframe tells all that dac3 and dec3 repeat", () => {
  // FFmpeg 5.1 of a mono tone at 48 kHz.
  const ac3 = dolbyParameters(
    { codec: "ac3", sampleRate: 48_000, channels: 1 },
    hex("0b77480d0c402f842bc1c77a"),
  );
  assertEquals(ac3, {
    ...{ fscod: 0, bsid: 8, bsmod: 0, acmod: 1, lfeon: false },
    ...{ bitRateCode: 6, dataRate: 0 },
  });
  assertEquals(serializeDac3(ac3), hex("1008c0"));
  const eac3 = dolbyParameters(
    { codec: "eac3", sampleRate: 48_000, channels: 1 },
    hex("0b7700bf3287c00021064060"),
  );
  assertEquals(serializeDec3(eac3), hex("0300200200"));
});

Deno.test("without a frame, or with a damaged one, what is usual for the channels is told", () => {
  const config = { codec: "ac3", sampleRate: 44_100, channels: 6 } as const;
  for (const frame of [undefined, hex("0b77")]) {
    // 44.1 kHz, bsid 8, 3/2 with the low-frequency channel, 192 kbit/s.
    assertEquals(serializeDac3(dolbyParameters(config, frame)), hex("503d40"));
  }
  const stereo = { codec: "eac3", sampleRate: 48_000, channels: 2 } as const;
  assertEquals(serializeDec3(dolbyParameters(stereo)), hex("0600200400"));
});

import { assertEquals, assertStrictEquals } from "@std/assert";
import type { H264Config, H265Config } from "../../../registry/media/codec.ts";
import { updatedH264, updatedH265 } from "../../../registry/media/config_update.ts";
import { hex } from "./vectors.ts";

const SPS = hex("6742");
const PPS = hex("68ce");
const OTHER_PPS = hex("68cf");
const H264: H264Config = { codec: "h264", sps: [SPS], pps: [PPS] };
const H265: H265Config = {
  codec: "h265",
  vps: [hex("4001")],
  sps: [hex("4201")],
  pps: [hex("4401")],
};

Deno.test("parameter sets that repeat what is known give the known configuration itself", () => {
  assertStrictEquals(updatedH264(H264, { payload: [], sps: [], pps: [] }), H264);
  assertStrictEquals(updatedH264(H264, { payload: [], sps: [SPS.slice()], pps: [] }), H264);
  assertStrictEquals(updatedH265(H265, { ...H265, payload: [] }), H265);
});

Deno.test("parameter sets that are new replace those of their kind only", () => {
  const config = updatedH264(H264, { payload: [], sps: [], pps: [OTHER_PPS] });
  assertEquals(config, { codec: "h264", sps: [SPS], pps: [OTHER_PPS] });
  const vps = [hex("4002")];
  assertEquals(updatedH265(H265, { payload: [], vps, sps: [], pps: [] }), { ...H265, vps });
});

Deno.test("there is no configuration before the first SPS", () => {
  assertEquals(updatedH264(undefined, { payload: [], sps: [], pps: [PPS] }), undefined);
  const found = { payload: [], vps: H265.vps, sps: [], pps: [] };
  assertEquals(updatedH265(undefined, found), undefined);
  const config = updatedH264(undefined, { payload: [], sps: [SPS], pps: [] });
  assertEquals(config, { codec: "h264", sps: [SPS], pps: [] });
});

// The commands of one player that connects: `connect` is the largest that a client sends.
import { decodeAmf0 } from "../../../../protocols/_formats/amf/amf0.ts";
import { encodeAmf0 } from "../../../../protocols/_formats/amf/amf0_encode.ts";

const CONNECT = [
  "connect",
  1,
  {
    app: "live",
    flashVer: "LNX 9,0,124,2",
    tcUrl: "rtmp://localhost:1935/live",
    fpad: false,
    capabilities: 15,
    audioCodecs: 4071,
    videoCodecs: 252,
    videoFunction: 1,
    fourCcList: ["hvc1", "av01", "vp09", "Opus", "fLaC", "ac-3", "ec-3"],
  },
] as const;
const PLAY = ["play", 4, null, "cam1", -2000] as const;

for (const [name, values] of [["connect", CONNECT], ["play", PLAY]] as const) {
  const bytes = encodeAmf0(...values);
  Deno.bench(`encode ${name}`, { group: "encode" }, () => void encodeAmf0(...values));
  Deno.bench(`decode ${name}`, { group: "decode" }, () => void decodeAmf0(bytes));
}

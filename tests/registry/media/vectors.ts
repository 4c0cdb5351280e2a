/**
 * Configuration records and stream heads as real encoders write them: FFmpeg 5.1.9 of Debian 12
 * with `ffmpeg -f lavfi -i SOURCE=size=WxH:rate=R -frames:v 6 -c:v ENCODER OPTIONS out.mp4`, the
 * record taken out of the sample entry.
 *
 * @module
 */

import { assert } from "@std/assert";

/** The bytes that a string of hexadecimal digits stands for; blanks are for the eye. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(digits.replaceAll(" ", ""));
}

/** A head in hexadecimal digits, then bits up to the end of a byte; blanks are for the eye. */
export function hexAndBits(head: string, bits: string): Uint8Array<ArrayBuffer> {
  const digits = bits.replaceAll(" ", "");
  const bytes = [...hex(head)];
  for (let i = 0; i < digits.length; i += 8) {
    bytes.push(parseInt(digits.slice(i, i + 8).padEnd(8, "0"), 2));
  }
  return Uint8Array.from(bytes);
}

/** The value, which must be there. */
export function present<T>(value: T | undefined): T {
  assert(value !== undefined, "Cannot test: a vector is missing");
  return value;
}

/** avcC, `-c:v libx264`. */
export const AVCC = {
  // testsrc2 320x240 25 fps, -profile:v baseline
  baseline: "0142c00dffe100186742c00dd90141fb011000000300100000030320f142a48001000568cb83cb20",
  // testsrc2 1920x1080 30 fps, -preset veryfast: B-frames, cropped rows
  high1080: "01640028ffe1001b67640028acd940780227e5c044000003000400000300f03c60c65801000468ef" +
    "8fcbfdf8f800",
  // testsrc2 854x480 24000/1001 fps, -profile:v main -bf 3: cropped columns
  main23976: "014d401effe10017674d401eeca06c1ef37808800001f480005dc0078b16cb01000568ebe3cb20",
  // testsrc2 640x360 24000/1001 fps, yuv420p10le
  high10: "016e001effe10019676e001ea6cd940a02ff97011000003e90000bb800f162d96001000668ebe3cb" +
    "22c0fdfafa00",
  // testsrc2 638x358 30 fps, yuv422p10le
  high422: "017a001effe1001b677a001eb6cd940a02fea2f0110000030001000003003c0f162d9601000668eb" +
    "e3cb22c0fefafa00",
  // testsrc2 321x241 25 fps, yuv444p: odd size
  high444: "01f4000dffe1001c67f4000d919b282a10f0842180880000030008000003019078a14cb001000668" +
    "ebe3c44844fff8f800",
  // testsrc2 720x576 25 fps, +ilme+ildct tff=1, -aspect 16:9
  interlaced576:
    "0164001effe1001c6764001eacd940b424dff8020001688000000300800000190f8a14cb01000668" +
    "fba3cb22c0fdf8f800",
  // testsrc2 1920x1080 25 fps, -preset ultrafast +ilme+ildct tff=1: no B-frames
  interlaced1080:
    "014d4028ffe10019674d4028f403c0227ef011000003000100000300321f162ea001000468de0fc8",
  // testsrc2 176x144 25 fps, cqm=jvt:nal-hrd=cbr:overscan=show:colorprim=bt709:fullrange=on
  hrd: "0164000bffe100266764000bacd942c4ec06dc040809000003000100000300326040030d40061ae4" +
    "830078a14cb001000668ebecb3002cfdf8f800",
} as const;

/** hvcC, `-c:v libx265 -tag:v hvc1`, less the array of SEI messages that is x265's signature. */
export const HVCC = {
  // testsrc2 1920x1080 30 fps, -preset ultrafast
  main1080: "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff016000000300" +
    "900000030000030078959409a10001002b420101016000000300900000030000030078a003c08011" +
    "07cb965654a4c2f0168080000003008000000f04a2000100064401c073c189",
  // testsrc2 638x358 24000/1001 fps, yuv420p10le
  main10: "0102200000009000000000003ff000fcfdfafa00000f03a00001001840010c01ffff022000000300" +
    "90000003000003003f959809a10001002a42010102200000030090000003000003003fa005020169" +
    "d5365959a4932bc05a02000007d20000bb8010a2000100074401c172b46240",
  // testsrc2 321x241 25 fps, yuv444p: odd size
  rext444: "0104080000009e08000000003cf000fcfff8f800000f03a00001001740010c01ffff040800000300" +
    "9e0800000300003c959809a10001002a4201010408000003009e0800000300003c90014901f38888" +
    "cb2b349265780b4040000003004000000642a2000100084401c172860c4624",
  // testsrc2 320x240 50 fps, setsar=4/3, bframes=0
  noReorder: "0101600000009000000000003ff000fcfdf8f800000f03a00001001840010c01ffff016000000300" +
    "90000003000003003f928090a10001002842010101600000030090000003000003003fa00a080f16" +
    "592a4932bc39a020000003002000000641a2000100074401c172b46240",
  // testsrc2 320x240 50 fps, temporal-layers=1: two temporal sub-layers
  layers: "0101600000009000000000003ff000fcfdf8f800001303a00001001c40010c02ffff016000000300" +
    "90000003000003003f00009594aca048a10001002e42010201600000030090000003000003003f00" +
    "00a00a080f1659594acb24995e02d0100000030010000003032080a2000100074401c172b46240",
  // testsrc2 640x480 50 fps, hrd=1:sar=4:scaling-list=default:display-window=8,8,8,8:chromaloc=1
  hrd: "0101600000009000000000005af000fcfdf8f800000f03a00001001840010c01ffff016000000300" +
    "90000003000003005a959809a10001003c42010101600000030090000003000003005aa0050201e1" +
    "65959a49395e096a020405484489122600000300020000030064c02930dc001e848003d091a20001" +
    "00074401c172b54240",
} as const;

/** av1C. */
export const AV1C = {
  // libsvtav1 -preset 12, testsrc2 640x360 30000/1001 fps
  svt: "81010c000a0b0000000cc4ff6700be0010",
  // libsvtav1 -preset 12, testsrc2 322x242 25 fps, yuv420p10le
  svt10: "81004c000a0b000000043d07c402f84040",
  // libaom-av1 -cpu-used 8, testsrc2 320x180 25 fps
  aom: "81000c000a0b000000043cfeccdaf90040",
  // libaom-av1 -cpu-used 8, testsrc2 321x181 25 fps, yuv444p
  aom444: "812000000a0a200000043d02d0daf902",
} as const;

/** vpcC with the version and flags of its box, `-c:v libvpx-vp9 -deadline realtime`. */
export const VPCC = {
  // testsrc2 320x180 25 fps
  profile0: "01000000000b820202020000",
  // testsrc2 321x181 25 fps, yuv444p -color_range pc -colorspace bt709
  profile1: "01000000010b870202010000",
  // testsrc2 320x180 25 fps, yuv420p10le
  profile2: "01000000020ba20202020000",
} as const;

/** AudioSpecificConfig. */
export const AUDIO_SPECIFIC_CONFIG = {
  // -c:a aac, 44100 Hz stereo: LC, and an extension that says there is no SBR.
  lc44100: "121056e500",
  // -c:a aac, 48000 Hz mono.
  lc48000Mono: "118856e500",
  // -c:a aac, 48000 Hz 5.1.
  lc51: "11b056e500",
  // The plain form of most encoders and cameras.
  lcPlain: "1210",
  // HE-AAC, explicit hierarchical signalling: 22050 Hz core, 44100 Hz out (ISO/IEC 14496-3 1.6.5.2).
  heExplicit: "2b920800",
  // HE-AAC v2, explicit hierarchical signalling: mono 22050 Hz core, stereo 44100 Hz out.
  heV2Explicit: "eb8a0800",
  // HE-AAC, backward compatible signalling: 24000 Hz core, 48000 Hz out.
  heCompatible: "131056e598",
  // HE-AAC v2, backward compatible signalling: mono 24000 Hz core.
  heV2Compatible: "130856e59d4880",
} as const;

/** OpusHead, `-c:a libopus`, out.ogg. */
export const OPUS_HEAD = {
  // sine 48000 Hz, -ac 2.
  stereo: "4f707573486561640102380180bb0000000000",
  // sine 48000 Hz, -ac 6: Vorbis order.
  surround: "4f707573486561640106380180bb0000000001040200040102 0305",
} as const;

/** STREAMINFO, `-c:a flac`, sine 44100 Hz, -ac 2. */
export const STREAM_INFO = "1200120000046d0005080ac442f0000033ae36567c6137e8d578c431ed191fd85ff5";

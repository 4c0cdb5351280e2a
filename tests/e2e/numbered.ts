import { kept } from "./media.ts";

/** Pictures of every numbered clip, in six seconds; the first one is number 0. */
export const NUMBERED_PICTURES = 150;

/** Pictures from one key picture to the next. */
export const NUMBERED_GROUP = 25;

/** A bit of a picture's number is a square of so many pixels; see `rtc_page.js`. */
const SQUARE = 16;

const BIT = `mod(floor(N/pow(2,floor(X/${SQUARE})))+floor(Y/${SQUARE}),2)`;

/** Without colour, since its edges would smear. */
const NUMBER = [
  `lum='if(lt(Y,${2 * SQUARE}),255*${BIT},lum(X,Y))'`,
  ...["cb", "cr"].map((plane) => `${plane}='if(lt(Y,${SQUARE}),128,${plane}(X,Y))'`),
].join(":");

const INPUT = [
  ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=6,geq=${NUMBER}`],
  ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=6"],
  ...["-c:v", "libx264", "-g", `${NUMBERED_GROUP}`, "-sc_threshold", "0", "-pix_fmt", "yuv420p"],
];

const AAC = ["-c:a", "aac", "-b:a", "64k"];

const RECIPES = {
  inOrderAac: { type: "flv", args: [...INPUT, "-bf", "0", ...AAC] },
  /** As x264 does by itself: up to three B-frames in a row, of which others need some. */
  pyramidAac: { type: "flv", args: [...INPUT, "-bf", "3", ...AAC] },
  /** B-frames that nothing needs. */
  flatAac: { type: "flv", args: [...INPUT, "-bf", "3", "-b-pyramid", "none", ...AAC] },
  inOrderOpus: {
    type: "mkv",
    args: [...INPUT, "-bf", "0", "-c:a", "libopus", "-b:a", "64k"],
  },
} as const;

export type NumberedClip = keyof typeof RECIPES;

/** Path of a file whose pictures carry their numbers, as `rtc_page.js` reads them. */
export function numberedClip(name: NumberedClip): Promise<string> {
  const { type, args } = RECIPES[name];
  return kept(`numbered-${name}`, args, type);
}

// A key frame of four slices between the forms that containers have for it.
import {
  joinLengthPrefixed,
  splitAnnexB,
  splitLengthPrefixed,
} from "../../../registry/media/nal.ts";

const SLICE = new Uint8Array(8000).map((_, at) => (at * 31 & 0xff) || 1);
const NALS = [0, 1, 2, 3].map(() => SLICE);
const START_CODE = Uint8Array.of(0, 0, 0, 1);
const AVCC = joinLengthPrefixed(NALS, 4);
const ANNEX_B = await new Blob(NALS.flatMap((nal) => [START_CODE, nal])).bytes();

Deno.bench("split length-prefixed", { group: "split" }, () => void splitLengthPrefixed(AVCC, 4));
Deno.bench("split Annex B", { group: "split" }, () => void splitAnnexB(ANNEX_B));
Deno.bench("join length-prefixed", () => void joinLengthPrefixed(NALS, 4));

/** Less than this share of the pictures is not the stream as it was meant. */
const LEAST_SHARE = 0.5;

/**
 * Why a way shows a stream poorly; `undefined` where it does not. WebRTC leaves out B-pictures and what
 * depends on them, which may be nearly all; and a bad network may lose as much.
 *
 * @param shown pictures a second that have arrived.
 * @param published pictures a second that the stream has.
 */
export function whyFewPictures(shown: number, published: number): string | undefined {
  if (shown >= published * LEAST_SHARE) return undefined;
  return `only ${rounded(shown)} of ${rounded(published)} pictures a second come through`;
}

function rounded(number: number): string {
  return number.toFixed(number < 10 ? 1 : 0);
}

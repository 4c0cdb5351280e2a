/**
 * When reports are due, RFC 3550 section 6.2. Every session of the gateway has two members, so the
 * share of the bandwidth never asks for more than the minimum.
 *
 * @module
 */

/** Between two reports, in the mean. */
export const RTCP_INTERVAL_MS = 5000;

/**
 * Milliseconds from one report to the next: 0.5 to 1.5 times the interval, so that the reports of
 * many sessions spread. The first one of a sender needs no wait (section 6.2, unicast), and goes out
 * with its first packet, so that receivers are in sync from the beginning.
 *
 * @param random from 0 up to, and without, 1
 */
export function rtcpDelay(random: number): number {
  return RTCP_INTERVAL_MS * (0.5 + random);
}

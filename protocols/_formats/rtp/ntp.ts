/**
 * NTP timestamps (RFC 5905 section 6, RFC 3550 section 4): seconds since 1900 in 32 bits, which wrap
 * in 2036, and a 32-bit fraction.
 *
 * @module
 */

/** A 64-bit NTP timestamp as the wire has it. */
export interface NtpTime {
  /** Seconds since 1900-01-01 UTC modulo 2^32. */
  readonly seconds: number;
  /** In units of 2^-32 seconds. */
  readonly fraction: number;
}

/** Seconds from 1900-01-01 to 1970-01-01. */
const UNIX_EPOCH = 2_208_988_800;

const SPAN = 2 ** 32;

/** UTC in milliseconds, fractions of them included, as an NTP timestamp of whichever era. */
export function utcToNtp(utcMs: number): NtpTime {
  const wholeMs = Math.floor(utcMs / 1000) * 1000;
  const fraction = Math.round((utcMs - wholeMs) / 1000 * SPAN);
  const carry = fraction === SPAN ? 1 : 0;
  const seconds = wholeMs / 1000 + UNIX_EPOCH + carry;
  return { seconds: ((seconds % SPAN) + SPAN) % SPAN, fraction: carry === 1 ? 0 : fraction };
}

/**
 * UTC in milliseconds of an NTP timestamp, fractions of them included, in the era that is nearest to
 * `nearUtcMs`.
 */
export function ntpToUtc(ntp: NtpTime, nearUtcMs: number): number {
  const near = nearUtcMs / 1000 + UNIX_EPOCH;
  const era = Math.round((near - ntp.seconds) / SPAN);
  return (ntp.seconds + era * SPAN - UNIX_EPOCH) * 1000 + ntp.fraction / SPAN * 1000;
}

/** The middle 32 bits, in units of 2^-16 seconds: what LSR of a report block repeats. */
export function middleOfNtp({ seconds, fraction }: NtpTime): number {
  return (seconds % 2 ** 16) * 2 ** 16 + Math.floor(fraction / 2 ** 16);
}

/** Whether the timestamp says that the sender has no clock (RFC 3550 section 6.4.1). */
export function isNoNtp({ seconds, fraction }: NtpTime): boolean {
  return seconds === 0 && fraction === 0;
}

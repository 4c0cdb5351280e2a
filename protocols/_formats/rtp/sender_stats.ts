import type { SenderInfo } from "./rtcp_reports.ts";

/** What was sent of one source, as sender reports count it (RFC 3550 section 6.4.1). */
export class SenderStats {
  #packets = 0;
  #octets = 0;

  /** Counts packets that were sent, and their payload without headers and padding, in bytes. */
  add(packets: number, octets: number): void {
    this.#packets += packets;
    this.#octets += octets;
  }

  /** Both counters, modulo 2^32. */
  get counts(): Pick<SenderInfo, "packetCount" | "octetCount"> {
    return { packetCount: this.#packets % 2 ** 32, octetCount: this.#octets % 2 ** 32 };
  }
}

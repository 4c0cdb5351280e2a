/**
 * Sender and receiver reports, RFC 3550 sections 6.4.1 and 6.4.2. Extensions that a profile puts
 * behind the report blocks are skipped.
 *
 * @module
 */

import type { NtpTime } from "./ntp.ts";
import { type RtcpBodyReader, RtcpBodyWriter } from "./rtcp_body.ts";

/** What a receiver says of one source. */
export interface ReportBlock {
  readonly ssrc: number;
  /** Share of packets lost since the last report, in units of 1/256. */
  readonly fractionLost: number;
  /** Packets lost since the beginning; negative when there were more duplicates than losses. */
  readonly cumulativeLost: number;
  /** Highest sequence number, with the count of its wraps in the upper 16 bits. */
  readonly highestSequence: number;
  /** Interarrival jitter in ticks of the RTP clock. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP timestamp of the last sender report; 0 when there was none. */
  readonly lastSenderReport: number;
  /** From that report to this one, in units of 2^-16 seconds. */
  readonly delaySinceLastSenderReport: number;
}

/** What a sender says of its own clock and counters. */
export interface SenderInfo {
  readonly ntp: NtpTime;
  /** The RTP timestamp of the same instant, modulo 2^32. */
  readonly rtpTimestamp: number;
  /** Packets sent, modulo 2^32. */
  readonly packetCount: number;
  /** Bytes of payload sent, modulo 2^32. */
  readonly octetCount: number;
}

export interface SenderReport extends SenderInfo {
  readonly type: "senderReport";
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

export interface ReceiverReport {
  readonly type: "receiverReport";
  /** SSRC of who sends the report. */
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

const SENDER_INFO_SIZE = 20;
const REPORT_BLOCK_SIZE = 24;

export function readSenderReport(reader: RtcpBodyReader, count: number): SenderReport {
  return {
    type: "senderReport",
    ssrc: reader.u32(),
    ntp: { seconds: reader.u32(), fraction: reader.u32() },
    rtpTimestamp: reader.u32(),
    packetCount: reader.u32(),
    octetCount: reader.u32(),
    reports: readReportBlocks(reader, count),
  };
}

export function readReceiverReport(reader: RtcpBodyReader, count: number): ReceiverReport {
  return {
    type: "receiverReport",
    ssrc: reader.u32(),
    reports: readReportBlocks(reader, count),
  };
}

function readReportBlocks(reader: RtcpBodyReader, count: number): readonly ReportBlock[] {
  return Array.from({ length: count }, () => ({
    ssrc: reader.u32(),
    fractionLost: reader.u8(),
    cumulativeLost: reader.i24(),
    highestSequence: reader.u32(),
    jitter: reader.u32(),
    lastSenderReport: reader.u32(),
    delaySinceLastSenderReport: reader.u32(),
  }));
}

export function writeSenderReport(report: SenderReport): Uint8Array {
  const size = 4 + SENDER_INFO_SIZE + report.reports.length * REPORT_BLOCK_SIZE;
  const writer = new RtcpBodyWriter(size)
    .u32(report.ssrc)
    .u32(report.ntp.seconds)
    .u32(report.ntp.fraction)
    .u32(report.rtpTimestamp)
    .u32(report.packetCount)
    .u32(report.octetCount);
  return writeReportBlocks(writer, report.reports);
}

export function writeReceiverReport(report: ReceiverReport): Uint8Array {
  const writer = new RtcpBodyWriter(4 + report.reports.length * REPORT_BLOCK_SIZE);
  return writeReportBlocks(writer.u32(report.ssrc), report.reports);
}

function writeReportBlocks(writer: RtcpBodyWriter, reports: readonly ReportBlock[]): Uint8Array {
  for (const report of reports) {
    writer
      .u32(report.ssrc)
      .u8(report.fractionLost)
      .u24(report.cumulativeLost)
      .u32(report.highestSequence)
      .u32(report.jitter)
      .u32(report.lastSenderReport)
      .u32(report.delaySinceLastSenderReport);
  }
  return writer.bytes;
}

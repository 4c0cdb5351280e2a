import type { StatsEntry } from "./stats.ts";

/** The entries of a connection's report at this moment. */
export async function entriesOf(connection: RTCPeerConnection): Promise<readonly StatsEntry[]> {
  const entries: StatsEntry[] = [];
  (await connection.getStats()).forEach((entry) => entries.push(entry));
  return entries;
}

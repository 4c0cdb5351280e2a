import type { StreamSnapshot } from "../../registry/snapshot.ts";
import type { Program } from "./program.ts";

const POLL_MS = 20;

/** How long a test waits for what it asks the API about. */
const LIMIT_MS = 20_000;

/** Asks the API about a stream until it is as `isReached` wants it. */
export async function untilStream(
  program: Program,
  name: string,
  isReached: (stream: StreamSnapshot) => boolean,
  limitMs = LIMIT_MS,
): Promise<StreamSnapshot> {
  const end = Date.now() + limitMs;
  let last = "";
  while (Date.now() < end) {
    const response = await fetch(program.url("http", `api/v1/streams/${name}`));
    last = await response.text();
    if (response.ok && isReached(JSON.parse(last))) return JSON.parse(last);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${name} did not come to be as expected: ${last}`);
}

import type { Clock } from "../../../registry/clock.ts";
import { joinBytes } from "../../_formats/join.ts";
import { HttpError } from "../../_transport/http_error.ts";

/** Time for a whole message. */
const BODY_TIMEOUT_MS = 10_000;

/**
 * The body of `request` as text.
 *
 * @throws {HttpError} 413 it is longer than `maxBytes`; 408 it is too slow; 400 it broke off.
 */
export async function readText(request: Request, maxBytes: number, clock: Clock): Promise<string> {
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const failed = Promise.withResolvers<never>();
  const cancel = clock.schedule(BODY_TIMEOUT_MS, () => {
    failed.reject(
      new HttpError(408, "too-slow", `Cannot read the body: it took over ${BODY_TIMEOUT_MS} ms`),
    );
  });
  try {
    return await Promise.race([readAll(reader, maxBytes), failed.promise]);
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, "body-lost", "Cannot read the body: the connection was lost");
  } finally {
    cancel();
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let size = 0;;) {
    const { value } = await reader.read();
    if (value === undefined) return new TextDecoder().decode(joinBytes(parts));
    size += value.byteLength;
    if (size > maxBytes) {
      throw new HttpError(413, "too-large", `Cannot read the body: over ${maxBytes} bytes`);
    }
    parts.push(value);
  }
}

import { ListenError } from "../../_transport/errors.ts";
import type { Context } from "../../protocol.ts";
import {
  RtspClientError,
  RtspNoMediaError,
  RtspRedirectError,
  RtspRedirectLimitError,
} from "./errors.ts";
import { RtspHeaderError, RtspUrlError } from "../errors.ts";
import { pullFrom } from "./pull.ts";
import { pushTo } from "./push.ts";
import { parseRelayUrl, redirectedTarget, type RelayTarget } from "./relay_target.ts";

/** Servers that a stream may be handed through. */
const MAX_REDIRECTS = 5;

/**
 * Fetches `url` and publishes it as `target`, until the server says goodbye. See `Protocol.pull`.
 *
 * The fragment of the URL says how the packets come: `#udp`, `#tcp`, `#http` (through a tunnel, on the
 * port of the URL), `#multicast`. Without one it is UDP, and TCP where the server refuses that or nothing
 * has come for three seconds; with `rtsps:` it is TCP. The server gets to see neither fragment nor user.
 *
 * @throws {RtspClientError} @throws {RtspUrlError} @throws {ConnectError} @throws {RegistryError}
 */
export async function pullRtsp(context: Context, url: URL, target: string): Promise<void> {
  await unlessAborted(context, () =>
    followRedirects(parseRelayUrl(url), async (remote) => {
      try {
        await pullFrom(remote, context, target);
      } catch (error) {
        if (remote.transport !== undefined || !isOfTransport(error)) throw error;
        const { message: reason } = error;
        context.log.info("RTSP over UDP failed, trying TCP", { stream: target, reason });
        await pullFrom({ ...remote, transport: "tcp" }, context, target);
      }
    }));
}

/**
 * Sends the stream `source` to `url`, until its publisher ends. See `Protocol.push`.
 *
 * The fragment of the URL says how the packets go: `#tcp` (the default), `#udp`, `#http`.
 *
 * @throws {RtspClientError} @throws {RtspUrlError} @throws {ConnectError} @throws {RegistryError}
 */
export async function pushRtsp(context: Context, source: string, url: URL): Promise<void> {
  await unlessAborted(context, () =>
    followRedirects(parseRelayUrl(url), async (remote) => {
      if (remote.transport === "multicast") {
        throw new RtspUrlError("a stream is not pushed by multicast", "fragment");
      }
      await pushTo({ transport: "tcp", ...remote }, context, source);
    }));
}

/** Whether another transport may do better. */
function isOfTransport(error: unknown): error is Error {
  if (error instanceof RtspHeaderError) return error.header === "Transport";
  if (error instanceof RtspNoMediaError || error instanceof ListenError) return true;
  return error instanceof RtspClientError && error.request === "SETUP" &&
    !(error instanceof RtspRedirectError);
}

/** What is being stopped has not failed, whatever its waits end with. */
async function unlessAborted({ signal }: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function followRedirects(
  target: RelayTarget,
  attempt: (target: RelayTarget) => Promise<void>,
): Promise<void> {
  let remote = target;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    try {
      return await attempt(remote);
    } catch (error) {
      if (!(error instanceof RtspRedirectError)) throw error;
      remote = redirectedTarget(remote, error.location);
    }
  }
  throw new RtspRedirectLimitError(MAX_REDIRECTS);
}

import { iceServersOf } from "./ice_servers.ts";

/** The gateway took the offer. */
export interface Agreement {
  readonly type: "agreed";
  readonly answer: string;
  /** Ends the session: the gateway is told, even when the page goes away. Resolves when it knows. */
  readonly hangUp: () => Promise<void>;
  readonly iceServers: readonly RTCIceServer[];
}

/** The gateway did not take the offer, or did not answer (status 0). */
export interface Refusal {
  readonly type: "refused";
  readonly status: number;
  readonly reason: string;
}

/** How a WHIP or WHEP resource is spoken to. */
export interface Endpoint {
  readonly url: string;
  /** Bearer token; empty for none. */
  readonly token: string;
}

/** Sends an offer: WHIP (RFC 9725 section 4.2) or WHEP. */
export async function sendOffer(
  { url, token }: Endpoint,
  offer: string,
  signal: AbortSignal,
): Promise<Agreement | Refusal> {
  const authorization = authorizationOf(token);
  const headers = {
    ...authorization,
    "content-type": "application/sdp",
    accept: "application/sdp, application/json",
  };
  try {
    const response = await fetch(url, { method: "POST", headers, body: offer, signal });
    if (!response.ok) return await refusalOf(response);
    const resource = response.headers.get("location");
    return {
      type: "agreed",
      answer: await response.text(),
      hangUp: async () => {
        if (resource !== null) await deleteResource(new URL(resource, response.url), authorization);
      },
      iceServers: iceServersOf(response.headers.get("link") ?? ""),
    };
  } catch {
    return { type: "refused", status: 0, reason: "the gateway does not answer" };
  }
}

/**
 * Describes both sides to a connection. The browser's own description comes into force only now: from
 * here on it gathers candidates, and may use the servers that the gateway has named.
 */
export async function agree(
  connection: RTCPeerConnection,
  offer: RTCSessionDescriptionInit,
  { answer, iceServers }: Agreement,
): Promise<void> {
  if (iceServers.length > 0) connection.setConfiguration({ iceServers: [...iceServers] });
  await connection.setLocalDescription(offer);
  await connection.setRemoteDescription({ type: "answer", sdp: answer });
}

/**
 * Calls `listener` when the gateway says goodbye. The state of the connection tells nothing of that: it
 * stays connected until ICE notices the silence, seconds later.
 */
export function onGoodbye(connection: RTCPeerConnection, listener: () => void): void {
  const transports = connection.getTransceivers().map(({ receiver }) => receiver.transport);
  for (const transport of new Set(transports)) {
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed") listener();
    });
  }
}

/**
 * Ends a connection that was agreed to, or not yet. It stays open until the gateway knows: a connection
 * that closes first takes its resource with it, and there would be nothing left to delete.
 */
export async function disagree(
  connection: RTCPeerConnection,
  agreement: Agreement | undefined,
): Promise<void> {
  await agreement?.hangUp();
  connection.close();
}

function authorizationOf(token: string): Readonly<Record<string, string>> {
  return token === "" ? {} : { authorization: `Bearer ${token}` };
}

async function deleteResource(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  await fetch(url, { method: "DELETE", headers, keepalive: true }).catch(() => {});
}

async function refusalOf(response: Response): Promise<Refusal> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  return { type: "refused", status, reason: reasonOf(text) ?? `status ${status}` };
}

/** The gateway answers `{error, reason}`; what stands between may answer anything. */
function reasonOf(text: string): string | undefined {
  try {
    const { reason } = JSON.parse(text);
    return typeof reason === "string" ? reason : undefined;
  } catch {
    return undefined;
  }
}

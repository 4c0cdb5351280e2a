import { ConnectError } from "./errors.ts";

/** Asks over the network of the machine; see `Transport.fetch`. */
export async function fetchHttp(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    request.signal.throwIfAborted();
    const { hostname, port, protocol } = new URL(request.url);
    const usual = protocol === "https:" ? 443 : 80;
    throw new ConnectError(hostname, Number(port) || usual, reasonOf(error, request.url));
  }
}

/** What went wrong, without the URL: its query may hold a secret. */
function reasonOf(error: unknown, url: string): string {
  if (!(error instanceof Error)) return `${error}`;
  const { message } = error.cause instanceof Error ? error.cause : error;
  if (/connection refused/i.test(message)) return "connection refused";
  return message.replace(`error sending request for url (${url}): `, "").replaceAll(url, "the URL");
}

import { assertEquals } from "@std/assert";
import { must } from "../../../must.ts";
import { HOST } from "./harness.ts";

/** An answer as the client of WebRTC's examples reads it: it knows no other case of a header. */
export interface ClientAnswer {
  readonly status: number;
  /** -1 where there is none. */
  readonly pragma: number;
  readonly body: string;
  readonly head: string;
}

/** Sends `bytes`, and reads until the server closes, as one connection of the client. */
export async function exchange(port: number, bytes: string): Promise<ClientAnswer> {
  using conn = await Deno.connect({ hostname: HOST, port });
  await conn.write(new TextEncoder().encode(bytes));
  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(0xffff);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return parseAnswer(text);
}

function parseAnswer(text: string): ClientAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = Number(must(/\r\nContent-Length: (\d+)/.exec(head))[1]);
  assertEquals(new TextEncoder().encode(body).byteLength, length);
  assertEquals(/\r\nConnection: (.*)/.exec(head)?.[1], "close");
  return {
    status: Number(text.split(" ")[1]),
    pragma: Number(/\r\nPragma: (-?\d+)/.exec(head)?.[1] ?? -1),
    body,
    head,
  };
}

/** Speaks byte for byte what `peerconnection_client` sends. */
export class OriginalClient {
  readonly #port: number;
  id = -1;

  constructor(port: number) {
    this.#port = port;
  }

  async signIn(name: string): Promise<string> {
    const answer = await exchange(this.#port, `GET /sign_in?${name} HTTP/1.0\r\n\r\n`);
    assertEquals(answer.status, 200);
    this.id = answer.pragma;
    return answer.body;
  }

  wait(): Promise<ClientAnswer> {
    return exchange(this.#port, `GET /wait?peer_id=${this.id} HTTP/1.0\r\n\r\n`);
  }

  send(to: number, message: string): Promise<ClientAnswer> {
    const { length } = new TextEncoder().encode(message);
    return exchange(
      this.#port,
      `POST /message?peer_id=${this.id}&to=${to} HTTP/1.0\r\n` +
        `Content-Length: ${length}\r\nContent-Type: text/plain\r\n\r\n${message}`,
    );
  }

  signOut(): Promise<ClientAnswer> {
    return exchange(this.#port, `GET /sign_out?peer_id=${this.id} HTTP/1.0\r\n\r\n`);
  }
}

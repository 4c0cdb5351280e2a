import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

const LOOPBACK = "127.0.0.1";

/** A TCP connection of this process with itself. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** What stands for a connection over TLS where only plain TCP will do. */
export interface PlainEnd {
  readonly socket: Socket;
  /** From here on, each has what comes on the other, and ends with it. */
  join(): void;
}

/**
 * A TCP socket for `tls`, through the loopback: Deno takes the connection of a WebSocket out of
 * node:http by its descriptor, which only plain TCP has. Nothing is read of either until they are
 * joined; who does not join them destroys the socket.
 */
export async function plainEndOf(tls: Socket): Promise<PlainEnd> {
  tls.pause();
  const { near, far } = await openPair();
  return {
    socket: near,
    join() {
      tls.pipe(far).pipe(tls);
      far.once("close", () => tls.destroySoon());
      tls.once("close", () => far.destroySoon());
    },
  };
}

async function openPair(): Promise<Pair> {
  // What comes before the socket is Deno's to read must stay with the system.
  const listener = createServer({ pauseOnConnect: true });
  const accepted: Socket[] = [];
  listener.on("connection", (socket) => accepted.push(socket));
  try {
    listener.listen(0, LOOPBACK);
    await once(listener, "listening");
    const address = listener.address();
    const port = typeof address === "object" ? address?.port ?? 0 : 0;
    const far = connect(port, LOOPBACK);
    await once(far, "connect");
    for (;;) {
      // Another process may have been faster.
      const near = accepted.find(({ remotePort }) => remotePort === far.localPort);
      for (const other of accepted.splice(0)) if (other !== near) other.destroy();
      if (near !== undefined) return withoutErrors({ near, far });
      await once(listener, "connection");
    }
  } finally {
    listener.close();
  }
}

/** What an error tells, "close" tells too. */
function withoutErrors(pair: Pair): Pair {
  for (const socket of [pair.near, pair.far]) socket.on("error", () => socket.destroy());
  return pair;
}

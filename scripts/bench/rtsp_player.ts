import type { Connection } from "../../protocols/_transport/transport.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { drain, type PlayerOrder, reportPicture } from "./player_order.ts";
import { RtpLoss, RtpPictures } from "./rtp_pictures.ts";
import { RtspControl } from "./rtsp_control.ts";

/** Servers end sessions that say nothing for a minute. */
const KEEP_ALIVE_MS = 20_000;
const DATAGRAM_BYTES = 2048;
const PAIR_ATTEMPTS = 64;

/** Plays over RTSP, with RTP in the connection or in datagrams. @throws {Error} when it never begins. */
export async function playRtsp(order: PlayerOrder, lower: "tcp" | "udp"): Promise<void> {
  const { hostname, port } = order.url;
  const connection = await denoTransport.connect({ host: hostname, port: Number(port) });
  order.signal.addEventListener("abort", () => connection.close(), { once: true });
  const control = new RtspControl(connection);
  const url = order.url.href;
  const keepAlive = setInterval(
    () => control.post("OPTIONS", url).catch(() => {}),
    KEEP_ALIVE_MS,
  );
  try {
    await control.request("OPTIONS", url);
    const tracks = await describe(control, url);
    await (lower === "tcp"
      ? playInterleaved(control, tracks, order, connection)
      : playDatagrams(control, tracks, order, connection));
  } finally {
    clearInterval(keepAlive);
  }
}

/** The control URLs of the tracks. */
async function describe(control: RtspControl, url: string): Promise<readonly string[]> {
  const { headers, body } = await control.request("DESCRIBE", url, [["Accept", "application/sdp"]]);
  const base = (headers.get("Content-Base") ?? url).replace(/\/?$/, "/");
  const [, ...media] = new TextDecoder().decode(body).split(/^m=/m);
  return media.map((section) => {
    const name = /^a=control:(.*?)\r?$/m.exec(section)?.[1] ?? "";
    return /^rtsp:/i.test(name) ? name : base + name;
  });
}

async function playInterleaved(
  control: RtspControl,
  tracks: readonly string[],
  order: PlayerOrder,
  connection: Connection,
): Promise<void> {
  for (const [index, track] of tracks.entries()) {
    const channels = `${2 * index}-${2 * index + 1}`;
    const transport = `RTP/AVP/TCP;unicast;interleaved=${channels}`;
    await control.request("SETUP", track, [["Transport", transport]]);
  }
  await control.request("PLAY", order.url.href, [["Range", "npt=0-"]]);
  const pictures = new RtpPictures();
  for (let hasPicture = false; order.isProbe || !hasPicture;) {
    const frames = await control.readFrames();
    if (frames === undefined) return;
    for (const { payload } of frames) {
      order.onBytes(payload.byteLength);
      hasPicture = reportPicture(pictures.push(payload), order) || hasPicture;
    }
  }
  await drain(connection, order.onBytes);
}

async function playDatagrams(
  control: RtspControl,
  tracks: readonly string[],
  order: PlayerOrder,
  connection: Connection,
): Promise<void> {
  const receiving: Promise<void>[] = [];
  for (const track of tracks) {
    const { rtp, rtcp } = openPair();
    order.signal.addEventListener("abort", () => [rtp, rtcp].forEach((socket) => socket.close()), {
      once: true,
    });
    receiving.push(receive(rtp, order));
    const port = portOf(rtp);
    const transport = `RTP/AVP;unicast;client_port=${port}-${port + 1}`;
    await control.request("SETUP", track, [["Transport", transport]]);
  }
  await control.request("PLAY", order.url.href, [["Range", "npt=0-"]]);
  // The connection ends with the server or the player, the datagrams only with the player.
  await drain(connection, () => {});
  if (order.signal.aborted) await Promise.all(receiving);
}

async function receive(socket: Deno.DatagramConn, order: PlayerOrder): Promise<void> {
  const buffer = new Uint8Array(DATAGRAM_BYTES);
  const pictures = new RtpPictures();
  const loss = new RtpLoss();
  let hasPicture = false;
  while (!order.signal.aborted) {
    const packet = await socket.receive(buffer).then(([bytes]) => bytes, () => undefined);
    // An ICMP error of what another socket sent: the abort ends the loop.
    if (packet === undefined) continue;
    order.onBytes(packet.byteLength);
    order.onPacket(loss.push(packet));
    if (order.isProbe || !hasPicture) {
      hasPicture = reportPicture(pictures.push(packet), order) || hasPicture;
    }
  }
}

interface SocketPair {
  readonly rtp: Deno.DatagramConn;
  readonly rtcp: Deno.DatagramConn;
}

/** An even port and the next one. RTCP is not read: a minute of it fits into the socket's buffer. */
function openPair(): SocketPair {
  for (let attempt = 1;; attempt++) {
    const rtp = listen(0);
    try {
      if (portOf(rtp) % 2 === 0) return { rtp, rtcp: listen(portOf(rtp) + 1) };
    } catch (error) {
      if (attempt === PAIR_ATTEMPTS) throw error;
    }
    rtp.close();
  }
}

function listen(port: number): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port });
}

function portOf({ addr }: Deno.DatagramConn): number {
  return addr.transport === "udp" ? addr.port : 0;
}

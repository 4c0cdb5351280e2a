import { assertEquals, assertRejects } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { DatagramSocket, Transport } from "../../../protocols/_transport/transport.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
/** Of the administratively scoped range, RFC 2365. */
const GROUP = "239.255.77.7";

/** Datagrams that carry their own number, of the size of an RTP packet. */
function numbered(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array(1200).fill(index));
}

async function receiveNumbers(socket: DatagramSocket, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) numbers.push((await socket.receive())?.bytes[0] ?? -1);
  return numbers;
}

const TRANSPORTS: readonly (readonly [string, () => Transport])[] = [
  ["of the system", () => denoTransport],
  ["in memory", () => new MemoryTransport()],
];

for (const [name, create] of TRANSPORTS) {
  Deno.test(`datagrams ${name} arrive in order, with their sender`, async () => {
    const transport = create();
    const sender = await transport.listenDatagram(LOOPBACK);
    const receiver = await transport.listenDatagram(LOOPBACK);
    const sent = await sender.send([Uint8Array.of(42)], receiver.address);
    const first = await receiver.receive();
    assertEquals([sent, first?.bytes, first?.from], [1, Uint8Array.of(42), sender.address]);
    await sender.send(numbered(40), receiver.address);
    assertEquals(await receiveNumbers(receiver, 40), [...Array(40).keys()]);
    sender.close();
    receiver.close();
  });

  Deno.test(`closing a datagram socket ${name} ends what waits for it`, async () => {
    const socket = await create().listenDatagram(LOOPBACK);
    const waiting = socket.receive();
    socket.close();
    socket.close();
    assertEquals(await waiting, undefined);
  });

  Deno.test(`a datagram port ${name} is taken once`, async () => {
    const transport = create();
    const socket = await transport.listenDatagram(LOOPBACK);
    await assertRejects(() => transport.listenDatagram(socket.address), ListenError, "in use");
    socket.close();
  });

  Deno.test(`two sockets ${name} receive from one multicast group`, async () => {
    const transport = create();
    const sender = await transport.listenDatagram(LOOPBACK);
    const one = await transport.listenDatagram({ ...LOOPBACK, group: GROUP });
    const { port } = one.address;
    const two = await transport.listenDatagram({ host: "127.0.0.1", port, group: GROUP });
    await sender.send([Uint8Array.of(7)], { host: GROUP, port });
    assertEquals(await receiveNumbers(one, 1), [7]);
    assertEquals(await receiveNumbers(two, 1), [7]);
    for (const socket of [sender, one, two]) socket.close();
  });
}

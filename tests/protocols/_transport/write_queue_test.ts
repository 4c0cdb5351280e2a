import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  WriteQueueOverflowError,
} from "../../../protocols/_transport/errors.ts";
import type { Connection } from "../../../protocols/_transport/transport.ts";
import { WriteQueue } from "../../../protocols/_transport/write_queue.ts";
import { settle } from "../../virtual_clock.ts";

const REMOTE = { host: "192.0.2.1", port: 5 };

/** A connection whose writes end when the test says so. */
class SlowConnection implements Connection {
  readonly remote = REMOTE;
  readonly local = REMOTE;
  readonly writes: Uint8Array[] = [];
  #pending: PromiseWithResolvers<void> | undefined;

  read(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.writes.push(bytes);
    this.#pending = Promise.withResolvers();
    return this.#pending.promise;
  }

  async finish(): Promise<void> {
    this.#pending?.resolve();
    await settle();
  }

  async fail(): Promise<void> {
    this.#pending?.reject(new ConnectionClosedError("192.0.2.1:5"));
    await settle();
  }

  close(): void {}
}

function bytes(length: number, fill = 0): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

Deno.test("the first write goes out at once and as it is", async () => {
  const connection = new SlowConnection();
  const piece = bytes(3);
  const written = new WriteQueue(connection).write(piece);
  assertEquals(connection.writes[0] === piece, true);
  await connection.finish();
  await written;
});

Deno.test("what waits behind a write is joined into one, in order", async () => {
  const connection = new SlowConnection();
  const queue = new WriteQueue(connection);
  const order: number[] = [];
  [1, 2, 3].forEach((n) => queue.write(bytes(2, n)).then(() => order.push(n)));
  await connection.finish();
  assertEquals([connection.writes.slice(1), order], [[Uint8Array.of(2, 2, 3, 3)], [1]]);
  await connection.finish();
  assertEquals(order, [1, 2, 3]);
});

Deno.test("large pieces are not copied together", async () => {
  const connection = new SlowConnection();
  const queue = new WriteQueue(connection);
  const large = bytes(100_000);
  const writes = [bytes(1), bytes(10), large, bytes(10)].map((piece) => queue.write(piece));
  for (let n = 0; n < 4; n++) await connection.finish();
  await Promise.all(writes);
  assertEquals(connection.writes.map(({ length }) => length), [1, 10, 100_000, 10]);
  assertEquals(connection.writes[2] === large, true);
});

Deno.test("after a failure everything that waits, and that comes later, is rejected", async () => {
  const connection = new SlowConnection();
  const queue = new WriteQueue(connection);
  const refused = [1, 2].map((n) =>
    assertRejects(() => queue.write(bytes(n)), ConnectionClosedError)
  );
  await connection.fail();
  await Promise.all(refused);
  await assertRejects(() => queue.write(bytes(1)), ConnectionClosedError);
  assertEquals(connection.writes.length, 1);
});

Deno.test("a failure of joined pieces is told to each of them", async () => {
  const connection = new SlowConnection();
  const queue = new WriteQueue(connection);
  const first = queue.write(bytes(1));
  const refused = [2, 3].map((n) =>
    assertRejects(() => queue.write(bytes(n)), ConnectionClosedError)
  );
  await connection.finish();
  await first;
  await connection.fail();
  await Promise.all(refused);
});

Deno.test("what a peer may owe is bounded, however large the write that is under way", async () => {
  const mebibyte = 1 << 20;
  const connection = new SlowConnection();
  const queue = new WriteQueue(connection);
  const accepted = [8, 3, 2].map((count) => queue.write(bytes(count * mebibyte)));
  const error = await assertRejects(() => queue.write(bytes(1)), WriteQueueOverflowError);
  assertEquals(error.limit, 4 * mebibyte);
  for (let n = 0; n < 3; n++) await connection.finish();
  await Promise.all(accepted);
  const later = queue.write(bytes(1));
  await connection.finish();
  await later;
});

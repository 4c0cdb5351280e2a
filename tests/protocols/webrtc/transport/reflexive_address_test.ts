import { assertEquals } from "@std/assert";
import { ReflexiveAddress } from "../../../../protocols/webrtc/transport/reflexive_address.ts";
import { parseStun, writeStun } from "../../../../protocols/webrtc/transport/stun.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

const SERVER = { host: "stun.example.org", port: 3478 };
const SEEN = { host: "203.0.113.9", port: 4000 };

function asked() {
  const clock = new VirtualClock();
  const questions: Uint8Array[] = [];
  const reflexive = new ReflexiveAddress({
    server: SERVER,
    clock,
    transactionPrefix: 0,
    send: (bytes, to) => {
      assertEquals(to, SERVER);
      questions.push(bytes);
    },
  });
  /** Answers the question that was asked last. */
  const answer = (change = 0) => {
    const transactionId = questions.at(-1)?.slice(8, 20) ?? new Uint8Array(12);
    transactionId[11] = (transactionId[11] ?? 0) ^ change;
    const bytes = writeStun({ class: "response", transactionId, mappedAddress: SEEN });
    const message = parseStun(bytes);
    if (message !== undefined) reflexive.receive(message);
  };
  return { clock, questions, reflexive, answer };
}

Deno.test("a STUN server tells our address, and is asked again to keep it", () => {
  const { clock, questions, reflexive, answer } = asked();
  assertEquals(reflexive.address, undefined);
  answer();
  assertEquals(reflexive.address, SEEN);
  clock.advance(24_000);
  assertEquals(questions.length, 1);
  clock.advance(1_100);
  assertEquals(questions.length, 2);
  reflexive.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a STUN server that is silent is asked seldom after some tries", () => {
  const { clock, questions, reflexive } = asked();
  clock.advance(20_000);
  assertEquals(questions.length, 4);
  reflexive.close();
});

Deno.test("an answer to what was not asked is not believed", () => {
  const { reflexive, answer } = asked();
  answer(1);
  assertEquals(reflexive.address, undefined);
  reflexive.close();
});

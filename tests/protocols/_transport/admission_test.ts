import { assertEquals } from "@std/assert";
import { Admissions } from "../../../protocols/_transport/admission.ts";

const LIMITS = { total: 3, perAddress: 2 };

Deno.test("connections are admitted up to the limits, in all and from one address", () => {
  const admissions = new Admissions(LIMITS);
  assertEquals(admissions.admit("192.0.2.1").refusal, undefined);
  assertEquals(admissions.admit("192.0.2.1").refusal, undefined);
  assertEquals(
    admissions.admit("192.0.2.1").refusal,
    "the limit of 2 connections from 192.0.2.1 is reached",
  );
  assertEquals(admissions.admit("192.0.2.2").refusal, undefined);
  assertEquals(admissions.admit("192.0.2.3").refusal, "the limit of 3 connections is reached");
  assertEquals(admissions.total, 3);
});

Deno.test("a place is given back once, however often it is released", () => {
  const admissions = new Admissions(LIMITS);
  const [first, second] = [admissions.admit("192.0.2.1"), admissions.admit("192.0.2.1")];
  first.release();
  first.release();
  assertEquals(admissions.total, 1);
  second.release();
  admissions.admit("192.0.2.1").release();
  assertEquals(admissions.total, 0);
});

Deno.test("a refused connection holds no place", () => {
  const admissions = new Admissions({ total: 1, perAddress: 1 });
  const admitted = admissions.admit("192.0.2.1");
  admissions.admit("192.0.2.1").release();
  assertEquals(admissions.total, 1);
  admitted.release();
  assertEquals(admissions.total, 0);
});

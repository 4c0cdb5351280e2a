import { assertEquals } from "@std/assert";
import {
  base64Parameter,
  hexParameter,
  integerParameter,
  parseFmtp,
  writeFmtp,
} from "../../../../../protocols/_formats/rtp/payload/fmtp.ts";

Deno.test("parameters have names without case, values with theirs, and the first counts", () => {
  const parameters = parseFmtp(" Mode=AAC-hbr ;config= 11=90;flag; mode=x ;; =y");
  assertEquals([...parameters], [["mode", "AAC-hbr"], ["config", "11=90"], ["flag", ""]]);
  assertEquals([...parseFmtp(undefined)], []);
});

Deno.test("numbers that are none, or too large, are those expected", () => {
  const parameters = parseFmtp("a=13;b=-1;c=1e3;d=99");
  const read = (name: string) => integerParameter(parameters, name, 7, 32);
  assertEquals(["a", "b", "c", "d", "e"].map(read), [13, 7, 7, 7, 7]);
});

Deno.test("bytes in hexadecimal, also between quotes", () => {
  const parameters = parseFmtp('a=11Ab;b="1190";c=119;d=xy;e=');
  const read = (name: string) => hexParameter(parameters, name)?.toHex();
  assertEquals(["a", "b", "c", "d", "e", "f"].map(read), [
    ...["11ab", "1190"],
    ...[undefined, undefined, undefined, undefined],
  ]);
});

Deno.test("lists in base64, without what is broken", () => {
  const parameters = parseFmtp("a=Z0I=, Z0I,Z,*,Z0IA;b=");
  const read = (name: string) => base64Parameter(parameters, name).map((bytes) => bytes.toHex());
  assertEquals(read("a"), ["6742", "6742", "674200"]);
  assertEquals(read("b"), []);
});

Deno.test("parameters are written in order, without those that have no value", () => {
  assertEquals(writeFmtp({ a: 1, b: undefined, c: "x" }), "a=1; c=x");
  assertEquals(writeFmtp({ a: undefined }), undefined);
});

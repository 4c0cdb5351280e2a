import { assertEquals } from "@std/assert";
import { multipartOf } from "../../../../protocols/file/static/multipart.ts";

Deno.test("multipart/byteranges: each part says what it is, and the length is that of the whole", () => {
  const ranges = [{ offset: 0, length: 2 }, { offset: 9, length: 1 }];
  const { contentType, pieces, length } = multipartOf(ranges, 10, "video/mp4", "BOUND");
  const decoder = new TextDecoder();
  const shown = pieces.map((piece) => piece instanceof Uint8Array ? decoder.decode(piece) : piece);
  assertEquals(contentType, "multipart/byteranges; boundary=BOUND");
  assertEquals(shown, [
    "\r\n--BOUND\r\nContent-Type: video/mp4\r\nContent-Range: bytes 0-1/10\r\n\r\n",
    { offset: 0, length: 2 },
    "\r\n--BOUND\r\nContent-Type: video/mp4\r\nContent-Range: bytes 9-9/10\r\n\r\n",
    { offset: 9, length: 1 },
    "\r\n--BOUND--\r\n",
  ]);
  const text = shown.filter((piece) => typeof piece === "string").join("");
  assertEquals(length, text.length + 3);
});

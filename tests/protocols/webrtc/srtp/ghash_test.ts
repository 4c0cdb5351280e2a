// Test cases of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, and of RFC 7714.
import { assertEquals } from "@std/assert";
import { Ghash } from "../../../../protocols/webrtc/srtp/ghash.ts";

const CASES = [
  {
    name: "2",
    subkey: "66e94bd4ef8a2c3b884cfa59ca342b2e",
    data: "",
    text: "0388dace60b6a392f328c2b971b2fe78",
    hash: "f38cbb1ad69223dcc3457ae5b6b0f885",
  },
  {
    name: "4: neither is of whole blocks",
    subkey: "b83b533708bf535d0aa6e52980d53b78",
    data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    text:
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
    hash: "698e57f70e6ecc7fd9463b7260a9ae5f",
  },
  {
    name: "1: nothing at all",
    subkey: "66e94bd4ef8a2c3b884cfa59ca342b2e",
    data: "",
    text: "",
    hash: "00000000000000000000000000000000",
  },
];

for (const { name, subkey, data, text, hash } of CASES) {
  Deno.test(`GHASH of test case ${name}`, () => {
    const ghash = new Ghash(Uint8Array.fromHex(subkey));
    const dataSize = data.length / 2;
    const end = (data.length + text.length) / 2;
    // Zeros that mask nothing, what is hashed, and room for the hash.
    const bytes = Uint8Array.fromHex("00".repeat(16) + data + text + "00".repeat(16));
    const view = new DataView(bytes.buffer);
    for (let round = 0; round < 2; round++) {
      ghash.start();
      ghash.update(view, 16, 16 + dataSize);
      ghash.update(view, 16 + dataSize, 16 + end);
      ghash.finish(dataSize, end - dataSize, view, 0, 16 + end);
      assertEquals(bytes.subarray(16 + end).toHex(), hash);
    }
  });
}

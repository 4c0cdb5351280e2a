// Key derivation (RFC 3711 section 4.3) and the layout of exported keys (RFC 5764 section 4.2).
import { assertEquals, assertThrows } from "@std/assert";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  deriveSessionKeys,
  keyingMaterialSize,
  type SrtpKey,
  srtpKeys,
} from "../../../../protocols/webrtc/srtp/keys.ts";

const RFC3711_KEY: SrtpKey = {
  profile: AES128_CM_HMAC_SHA1_80,
  masterKey: Uint8Array.fromHex("e1f97a0d3e018be0d64fa32c06de4139"),
  masterSalt: Uint8Array.fromHex("0ec675ad498afeebb6960b3aabe6"),
};

Deno.test("session keys are those of RFC 3711 appendix B.3", () => {
  const { encryption, authentication, salt } = deriveSessionKeys(RFC3711_KEY, "rtp");
  assertEquals(encryption.toHex(), "c61e7a93744f39ee10734afe3ff7a087");
  assertEquals(salt.toHex(), "30cbbc08863d8c85d49db34a9ae1");
  assertEquals(authentication.toHex(), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
});

Deno.test("keys of RTCP have labels of their own (RFC 3711 section 4.3.2)", () => {
  const { encryption, authentication, salt } = deriveSessionKeys(RFC3711_KEY, "rtcp");
  assertEquals(encryption.toHex(), "4c1aa45a81f73d61c800bbb00fbb1eaa");
  assertEquals(salt.toHex(), "9581c7ad87b3e530bf3e4454a8b3");
  assertEquals(authentication.toHex(), "8d54534feb49ae8e7993a6bd0b844fc323a93dfd");
});

for (
  const { profile, size, salts } of [
    { profile: AEAD_AES_128_GCM, size: 56, salts: [[32, 44], [44, 56]] },
    { profile: AES128_CM_HMAC_SHA1_80, size: 60, salts: [[32, 46], [46, 60]] },
  ] as const
) {
  Deno.test(`keying material of profile ${profile} is split as RFC 5764 section 4.2 says`, () => {
    assertEquals(keyingMaterialSize(profile), size);
    const material = new Uint8Array(size).map((_, at) => at);
    const client = {
      profile,
      masterKey: material.slice(0, 16),
      masterSalt: material.slice(...salts[0]),
    };
    const server = {
      profile,
      masterKey: material.slice(16, 32),
      masterSalt: material.slice(...salts[1]),
    };
    assertEquals(srtpKeys(profile, material, true), { local: client, remote: server });
    assertEquals(srtpKeys(profile, material, false), { local: server, remote: client });
    assertThrows(
      () => srtpKeys(profile, material.subarray(1), true),
      RangeError,
      `${size - 1} bytes`,
    );
  });
}

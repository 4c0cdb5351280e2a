import { assertEquals } from "@std/assert";
import { digestResponse } from "../../../../protocols/rtsp/auth/digest.ts";

// RFC 7616 section 3.9.1, and RFC 2069 section 2.4 with the response of its errata.
const RFC_7616 = {
  user: "Mufasa",
  realm: "http-auth@example.org",
  password: "Circle of Life",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  method: "GET",
  uri: "/dir/index.html",
  qop: { nc: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
};

Deno.test("Digest gives the responses of the RFCs", () => {
  assertEquals(
    digestResponse({ ...RFC_7616, algorithm: "MD5" }),
    "8ca523f5e9506fed4657c9700eebdbec",
  );
  assertEquals(
    digestResponse({ ...RFC_7616, algorithm: "SHA-256" }),
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  );
  assertEquals(
    digestResponse({
      algorithm: "MD5",
      user: "Mufasa",
      realm: "testrealm@host.com",
      password: "CircleOfLife",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      method: "GET",
      uri: "/dir/index.html",
    }),
    "1949323746fe6a43ef61f9606e7febea",
  );
});

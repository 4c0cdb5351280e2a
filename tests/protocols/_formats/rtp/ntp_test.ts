import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  isNoNtp,
  middleOfNtp,
  type NtpTime,
  ntpToUtc,
  utcToNtp,
} from "../../../../protocols/_formats/rtp/ntp.ts";
import { Random } from "../../../fuzz/fuzz.ts";

const ERA_1 = Date.UTC(2036, 1, 7, 6, 28, 16);

const ROWS: readonly { readonly name: string; readonly utc: number; readonly ntp: NtpTime }[] = [
  { name: "the Unix epoch", utc: 0, ntp: { seconds: 0x83aa7e80, fraction: 0 } },
  {
    name: "a half second",
    utc: Date.UTC(2024, 0, 1) + 500,
    ntp: { seconds: 0xe93c7f00, fraction: 0x80000000 },
  },
  { name: "before the epoch", utc: -250, ntp: { seconds: 0x83aa7e7f, fraction: 0xc0000000 } },
  {
    name: "the last second of era 0",
    utc: ERA_1 - 1000,
    ntp: { seconds: 0xffffffff, fraction: 0 },
  },
  { name: "the first of era 1", utc: ERA_1, ntp: { seconds: 0, fraction: 0 } },
  { name: "2040", utc: Date.UTC(2040, 0, 1), ntp: { seconds: 0x0754fd00, fraction: 0 } },
];

for (const { name, utc, ntp } of ROWS) {
  Deno.test(`NTP: ${name}`, () => {
    assertEquals(utcToNtp(utc), ntp);
    assertEquals(ntpToUtc(ntp, utc), utc);
    assertEquals(ntpToUtc(ntp, utc + 60 * 365 * 86_400_000), utc);
    assertEquals(ntpToUtc(ntp, utc - 60 * 365 * 86_400_000), utc);
  });
}

Deno.test("NTP: a fraction that rounds up to a second is one", () => {
  assertEquals(utcToNtp(1 - 1e-16), utcToNtp(1));
  assertEquals(utcToNtp(-1e-8), { seconds: 0x83aa7e80, fraction: 0 });
});

Deno.test("NTP: any time of a century comes back to a microsecond", () => {
  const random = new Random(1);
  for (let i = 0; i < 1000; i++) {
    const utc = random.int(2 ** 32) * 800 + random.int(2 ** 32) / 2 ** 32;
    const ntp = utcToNtp(utc);
    assertLess(ntp.fraction, 2 ** 32);
    assertAlmostEquals(ntpToUtc(ntp, utc), utc, 0.001);
  }
});

Deno.test("NTP: the middle of a timestamp, and the one that says there is no clock", () => {
  assertEquals(middleOfNtp({ seconds: 0x12345678, fraction: 0x9abcdef0 }), 0x56789abc);
  assertEquals(isNoNtp({ seconds: 0, fraction: 0 }), true);
  assertEquals(isNoNtp({ seconds: 0, fraction: 1 }), false);
});

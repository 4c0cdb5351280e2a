/**
 * Devices that do not keep to RFC 2326, as public reports tell of them, each by what it does on the wire.
 * Written by hand from those reports; no capture was copied.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { HeaderField } from "../../../protocols/rtsp/fields.ts";
import { interleavedFrame } from "../../../protocols/rtsp/message.ts";
import { must } from "../../must.ts";
import { CameraBench, counts, picture, presented, type Script, SDP, sound } from "./camera.ts";

const transport = (value: string): HeaderField => ["Transport", value];
const SESSION: HeaderField = ["Session", "12345678"];
const WOWZA_SESSION: HeaderField = ["Session", "310018309;timeout=60"];

/** What a device does, and on which channels the packets of its tracks then come. */
interface Quirk {
  readonly name: string;
  readonly script: Script;
  /** 0 for video and 2 for audio where it is left out. */
  readonly channels?: readonly [video: number, audio: number];
  /** URLs of the two SETUPs and the PLAY, where they are what it is about. */
  readonly urls?: readonly string[];
}

const isVideo = (url: string) => url.endsWith("trackID=1");

const QUIRKS: readonly Quirk[] = [
  {
    name: "a Content-Base without a slash at its end",
    script: {
      DESCRIBE: () => ({
        headers: [["Content-Base", "rtsp://127.0.0.1/axis-media/media.amp"]],
        body: SDP,
      }),
    },
    urls: [
      "rtsp://127.0.0.1/axis-media/media.amp/trackID=1",
      "rtsp://127.0.0.1/axis-media/media.amp/trackID=2",
      "rtsp://127.0.0.1/axis-media/media.amp",
    ],
  },
  {
    name: "Dahua: a query in the URL of the stream, with the track behind it",
    script: {
      DESCRIBE: () => ({
        headers: [["Content-Base", "rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0/"]],
        body: SDP,
      }),
    },
    urls: [
      "rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0/trackID=1",
      "rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0/trackID=2",
      "rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0/",
    ],
  },
  {
    name: "absolute controls, each with a query",
    script: {
      DESCRIBE: () => ({
        body: SDP.replace(
          "a=control:*",
          "a=control:rtsp://127.0.0.1/Streaming/Channels/101/?transportmode=unicast",
        ).replaceAll(
          /control:(trackID=\d)/g,
          "control:rtsp://127.0.0.1/Streaming/Channels/101/$1?transportmode=unicast",
        ),
      }),
    },
    urls: [
      "rtsp://127.0.0.1/Streaming/Channels/101/trackID=1?transportmode=unicast",
      "rtsp://127.0.0.1/Streaming/Channels/101/trackID=2?transportmode=unicast",
      "rtsp://127.0.0.1/Streaming/Channels/101/?transportmode=unicast",
    ],
  },
  // home-assistant/core #40255 and #122159.
  {
    name: "Axis: absolute controls with the query of the stream, under a Content-Base without it",
    script: {
      DESCRIBE: () => ({
        headers: [["Content-Base", "rtsp://127.0.0.1/axis-media/media.amp/"]],
        body: SDP.replace(
          "a=control:*",
          "a=control:rtsp://127.0.0.1/axis-media/media.amp?camera=1",
        ).replaceAll(
          /control:(trackID=\d)/g,
          "control:rtsp://127.0.0.1/axis-media/media.amp/$1?camera=1",
        ),
      }),
      SETUP: ({ headers }) => ({
        headers: [
          ["Session", "kt6D2PGchRHkcd1b;timeout=60"],
          transport(`${must(headers.get("Transport"))};ssrc=B0BA7855;mode="PLAY"`),
        ],
      }),
      PLAY: () => ({
        headers: [
          ["Range", "npt=0.645272-"],
          [
            "RTP-Info",
            "url=rtsp://127.0.0.1/axis-media/media.amp/trackID=1?camera=1;seq=0;rtptime=0, " +
            "url=rtsp://127.0.0.1/axis-media/media.amp/trackID=2?camera=1;seq=0;rtptime=0",
          ],
        ],
      }),
    },
    urls: [
      "rtsp://127.0.0.1/axis-media/media.amp/trackID=1?camera=1",
      "rtsp://127.0.0.1/axis-media/media.amp/trackID=2?camera=1",
      "rtsp://127.0.0.1/axis-media/media.amp?camera=1",
    ],
  },
  // scottlamb/retina's capture of Wowza 4.8.10, and other public ones of 4.7.5.
  {
    name: "Wowza: a session from DESCRIBE on, and RTP-Info with a path for one track only",
    script: {
      DESCRIBE: () => ({
        headers: [["Content-Base", "rtsp://127.0.0.1/vod/mp4:clip.mov/"], WOWZA_SESSION],
        body: SDP.replace("t=0 0", "t=0 0\r\na=sdplang:en\r\na=range:npt=0- 596.48"),
      }),
      SETUP: ({ headers }) => ({
        headers: [transport(must(headers.get("Transport"))), WOWZA_SESSION],
      }),
      PLAY: ({ headers }) => ({
        status: headers.get("Session") === "310018309" ? 200 : 454,
        headers: [
          [
            "RTP-Info",
            "url=trackID=1;seq=0;rtptime=0," +
            "url=rtsp://127.0.0.1/vod/mp4:clip.mov/trackID=2;seq=0;rtptime=0",
          ],
          ["Range", "npt=0.0-596.48"],
          WOWZA_SESSION,
        ],
      }),
    },
    urls: [
      "rtsp://127.0.0.1/vod/mp4:clip.mov/trackID=1",
      "rtsp://127.0.0.1/vod/mp4:clip.mov/trackID=2",
      "rtsp://127.0.0.1/vod/mp4:clip.mov/",
    ],
  },
  {
    name: "no Content-Base, and an absolute control of the whole on another path",
    script: {
      DESCRIBE: () => ({ body: SDP.replace("control:*", "control:rtsp://127.0.0.1/real") }),
    },
    urls: [
      "rtsp://127.0.0.1/real/trackID=1",
      "rtsp://127.0.0.1/real/trackID=2",
      "rtsp://127.0.0.1/real",
    ],
  },
  {
    name: "a session that is named in the first answer only",
    script: {
      SETUP: ({ url, headers }) => {
        const answer = transport(must(headers.get("Transport")));
        return { headers: isVideo(url) ? [SESSION, answer] : [answer] };
      },
      PLAY: ({ headers }) => ({ status: headers.get("Session") === "12345678" ? 200 : 454 }),
    },
  },
  {
    name: "a session without an id",
    script: {
      SETUP: ({ headers }) => ({ headers: [transport(must(headers.get("Transport")))] }),
    },
  },
  {
    name: "a server that chooses other channels than it was asked for",
    script: {
      SETUP: ({ url }) => ({
        headers: [
          SESSION,
          transport(
            `RTP/AVP/TCP;unicast;interleaved=${isVideo(url) ? "4-5" : "8-9"};ssrc=2A27A3FB`,
          ),
        ],
      }),
    },
    channels: [4, 8],
  },
  {
    name: "an answer that leaves the channels out",
    script: { SETUP: () => ({ headers: [SESSION, transport("RTP/AVP/TCP;unicast")] }) },
  },
  {
    name: "an answer without Transport",
    script: { SETUP: () => ({ headers: [SESSION] }) },
  },
  {
    name: "Escam Q6: interleaved channels of what is not said to be TCP",
    script: {
      SETUP: ({ url }) => ({
        headers: [
          SESSION,
          transport(
            "RTP/AVP;unicast;destination=192.168.1.111;source=192.168.1.222;" +
              `interleaved=${isVideo(url) ? "0-1" : "2-3"}`,
          ),
        ],
      }),
    },
  },
  {
    name: "one number where two channels belong",
    script: {
      SETUP: ({ url }) => ({
        headers: [SESSION, transport(`RTP/AVP/TCP;unicast;interleaved=${isVideo(url) ? 0 : 2}`)],
      }),
    },
  },
  {
    name: "RTP and RTCP on each other's channel",
    script: {
      SETUP: ({ url }) => ({
        headers: [
          SESSION,
          transport(`RTP/AVP/TCP;unicast;interleaved=${isVideo(url) ? "1-0" : "3-2"}`),
        ],
      }),
    },
  },
  {
    name: "the same channels for both tracks",
    script: {
      SETUP: () => ({ headers: [SESSION, transport("RTP/AVP/TCP;unicast;interleaved=0-1")] }),
    },
    channels: [0, 0],
  },
  {
    name: "packets on channels of which nothing was said",
    script: {},
    channels: [10, 12],
  },
  {
    name: "encoders that know no ranges",
    script: { PLAY: ({ headers }) => ({ status: headers.get("Range") === undefined ? 200 : 457 }) },
  },
  {
    name: "RTP-Info with an address behind NAT, and rtptime of a playback long ago",
    script: {
      PLAY: () => ({
        headers: [[
          "RTP-Info",
          "url=rtsp://10.0.0.4/x/trackID=1;seq=0;rtptime=0,url=rtsp://10.0.0.4/x/trackID=2;seq=0;rtptime=4000000",
        ]],
      }),
    },
  },
  {
    name: "RTP-Info that names no track",
    script: {
      PLAY: () => ({ headers: [["RTP-Info", "url=trackID=;seq=1;rtptime=90,url=?;seq=0"]] }),
    },
  },
  {
    name: "ONVIF back channels, which are left alone",
    script: {
      DESCRIBE: () => ({
        body: `${SDP}m=audio 0 RTP/AVP 0\r\na=control:back\r\na=sendonly\r\n`,
      }),
      SETUP: ({ url, headers }) =>
        url.endsWith("back")
          ? { status: 500 }
          : { headers: [SESSION, transport(must(headers.get("Transport")))] },
    },
  },
  {
    name: "encoders whose every media is sendonly",
    script: {
      DESCRIBE: () => ({
        body: SDP.replaceAll("a=control:track", "a=sendonly\r\na=control:track"),
      }),
    },
  },
  {
    name: "answers without CSeq",
    script: {
      DESCRIBE: () => ({ body: SDP, withoutCSeq: true }),
    },
  },
];

for (const { name, script, channels: [video, audio] = [0, 2], urls } of QUIRKS) {
  Deno.test(name, async () => {
    await using bench = new CameraBench();
    await bench.camera(script);
    const viewer = await bench.view();
    const pull = bench.pull();
    await bench.clock.run(0);
    if (urls !== undefined) {
      assertEquals(bench.link.requests.slice(2).map(({ url }) => url), urls);
    }
    for (const n of [0, 1]) {
      await bench.link.send(video, picture(n));
      await bench.link.send(audio, sound(n));
    }
    await bench.clock.run(0);
    assertEquals(await counts(viewer), [2, 2], pull.message);
    assertEquals(presented(viewer, "video"), presented(viewer, "audio"), "they belong together");
  });
}

Deno.test("Reolink, v4l2rtspserver: packets come before the answer to PLAY", async () => {
  await using bench = new CameraBench();
  const early = new Uint8Array([
    ...interleavedFrame(2, [sound(0)]),
    ...interleavedFrame(0, [picture(0)]),
  ]);
  const info = "url=trackID=1;seq=0;rtptime=0,url=trackID=2;seq=0;rtptime=0";
  await bench.camera({ PLAY: () => ({ before: early, headers: [["RTP-Info", info]] }) });
  const viewer = await bench.view();
  bench.pull();
  await bench.clock.run(0);
  await bench.link.send(2, sound(5));
  await bench.clock.run(0);
  assertEquals(await counts(viewer), [1, 2]);
  assertEquals(presented(viewer, "audio"), [1000, 1200], "RTP-Info holds for them too");
});

Deno.test("Reolink, old live555: packets of a session that is over come into the connection", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const viewer = await bench.view();
  bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  for (let n = 0; n < 20; n++) await bench.link.send(6, picture(n + 100, 0x99999999));
  await bench.link.send(0, picture(1));
  await bench.clock.run(0);
  assertEquals(await counts(viewer), [2, 0]);
});

Deno.test("cameras that answer 454 to keepalives are not left", async () => {
  await using bench = new CameraBench();
  let plays = 0;
  await bench.camera({
    OPTIONS: () => ({ status: plays > 0 ? 454 : 200 }),
    PLAY: () => ({ status: plays++ === 0 ? 200 : 455 }),
  });
  const pull = bench.pull();
  await bench.clock.run(0);
  for (let n = 0; n < 30; n++) {
    await bench.link.send(0, picture(n));
    await bench.clock.run(9_000);
  }
  assertEquals(pull.end, undefined);
  assertEquals(bench.methods.match(/OPTIONS/g)?.length, 7);
});

Deno.test("Tapo C220: a keepalive is refused with the CSeq of the request before", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    OPTIONS: () => ({ headers: [["Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER"]] }),
    SETUP: ({ headers }) => ({
      headers: [["Session", "1;timeout=15"], transport(must(headers.get("Transport")))],
    }),
    GET_PARAMETER: ({ headers }) => ({
      status: 400,
      headers: [["CSeq", String(Number(headers.get("CSeq")) - 1)]],
      withoutCSeq: true,
    }),
  });
  const pull = bench.pull();
  await bench.clock.run(0);
  for (let n = 0; n < 6; n++) {
    await bench.link.send(0, picture(n));
    await bench.clock.run(9_000);
  }
  assertEquals(pull.end, undefined);
});

Deno.test("devices that answer UDP with interleaved channels are taken at their word", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    SETUP: ({ url }) => ({
      headers: [
        SESSION,
        transport(`RTP/AVP/TCP;unicast;interleaved=${isVideo(url) ? "0-1" : "2-3"}`),
      ],
    }),
  });
  const viewer = await bench.view();
  bench.pull("rtsp://127.0.0.1/stream");
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  assertEquals(await counts(viewer), [1, 0]);
  assertEquals(bench.links.length, 1);
});

Deno.test("devices that leave server_port out send from whatever port", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const viewer = await bench.view();
  bench.pull("rtsp://127.0.0.1/stream");
  const device = await bench.transport.listenDatagram({ host: "127.0.0.1", port: 0 });
  await bench.clock.run(0);
  const [setup] = must(bench.links[0]).requests.filter(({ method }) => method === "SETUP");
  const port = Number(/client_port=(\d+)/.exec(must(setup?.headers.get("Transport")))?.[1]);
  await device.send([picture(0), picture(1)], { host: "127.0.0.1", port });
  await bench.clock.run(0);
  assertEquals(await counts(viewer), [2, 0]);
  device.close();
});

Deno.test("a group is joined by the address that the answer, or else the description, tells", async () => {
  const described = SDP.replace("m=video 0", "m=video 5004").replace("m=audio 0", "m=audio 5006")
    .replace("t=0 0", "c=IN IP4 239.1.2.3/16\r\nt=0 0");
  for (const answer of ["", ";destination=239.1.2.3;port=5004-5005;ttl=16"]) {
    await using bench = new CameraBench();
    await bench.camera({
      DESCRIBE: () => ({ body: described.split("m=audio")[0] ?? "" }),
      SETUP: () => ({ headers: [SESSION, transport(`RTP/AVP;multicast${answer}`)] }),
    });
    const viewer = await bench.view();
    bench.pull("rtsp://127.0.0.1/stream#multicast");
    await bench.clock.run(0);
    assertEquals(bench.last("SETUP").headers.get("Transport"), "RTP/AVP;multicast");
    const device = await bench.transport.listenDatagram({ host: "127.0.0.1", port: 0 });
    await device.send([picture(0)], { host: "239.1.2.3", port: 5004 });
    await bench.clock.run(0);
    assertEquals(await counts(viewer), [1, 0]);
    device.close();
  }
});

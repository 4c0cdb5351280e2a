import { assertEquals, assertThrows } from "@std/assert";
import {
  type MediaDescription,
  parseSdp,
  type SessionDescription,
} from "../../../../protocols/_formats/rtp/sdp.ts";
import { MAX_MEDIAS, MAX_SDP_LENGTH } from "../../../../protocols/_formats/rtp/sdp_document.ts";
import { SdpError } from "../../../../protocols/_formats/rtp/sdp_errors.ts";

const H264: MediaDescription = {
  kind: "video",
  encoding: "H264",
  clockRate: 90000,
  payloadType: 96,
  port: 0,
};
const PCMU: MediaDescription = {
  kind: "audio",
  encoding: "PCMU",
  clockRate: 8000,
  payloadType: 0,
  port: 0,
};
const PCMA: MediaDescription = { ...PCMU, encoding: "PCMA", payloadType: 8 };
const AAC: MediaDescription = {
  kind: "audio",
  encoding: "MPEG4-GENERIC",
  clockRate: 16000,
  payloadType: 104,
  port: 0,
};

// Descriptions after public reports of what devices send: device family, text, what is read.
const DEVICES: readonly (readonly [string, string, SessionDescription])[] = [
  [
    "Hikvision: fmtp of AAC with another number than its rtpmap, a control that is no number",
    `v=0
o=- 1109162014219182 0 IN IP4 0.0.0.0
s=HIK Media Server V1
i=HIK Media Server Session Description : standard
e=NONE
c=IN IP4 0.0.0.0
t=0 0
a=control:*
b=AS:2080
a=range:npt=now-
m=video 0 RTP/AVP 96
i=Video Media
b=AS:2048
a=recvonly
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=4D0014;packetization-mode=0
a=control:trackID=video
m=audio 0 RTP/AVP 104
a=recvonly
a=rtpmap:104 MPEG4-GENERIC/16000
a=fmtp:97 mode=AAC-hbr;config=1408
a=Media_header:MEDIAINFO=494D4B48;
a=appversion:1.0
a=control:trackID=audio
`,
    {
      title: "HIK Media Server V1",
      control: "*",
      range: "npt=now-",
      medias: [
        {
          ...H264,
          fmtp: "profile-level-id=4D0014;packetization-mode=0",
          control: "trackID=video",
          direction: "recvonly",
          bandwidth: 2_048_000,
        },
        {
          ...AAC,
          fmtp: "mode=AAC-hbr;config=1408",
          control: "trackID=audio",
          direction: "recvonly",
        },
      ],
    },
  ],
  [
    "Dahua: attributes of its own, ONVIF metadata, and a back channel of many formats",
    `v=0
o=- 2273421142 2273421142 IN IP4 0.0.0.0
s=Media Server
c=IN IP4 0.0.0.0
t=0 0
a=control:*
a=packetization-supported:DH
a=range:npt=now-
m=video 0 RTP/AVP 96
a=control:trackID=0
a=framerate:15.000000
a=rtpmap:96 H264/90000
a=recvonly
m=application 0 RTP/AVP 107
a=control:trackID=4
a=rtpmap:107 vnd.onvif.metadata/90000
a=recvonly
m=audio 0 RTP/AVP 116 0 8
a=control:trackID=5
a=rtpmap:116 MPEG4-GENERIC/64000
a=rtpmap:8 PCMA/8000
a=sendonly
`,
    {
      title: "Media Server",
      control: "*",
      range: "npt=now-",
      medias: [
        { ...H264, control: "trackID=0", direction: "recvonly" },
        {
          kind: "data",
          encoding: "vnd.onvif.metadata",
          clockRate: 90000,
          payloadType: 107,
          port: 0,
          control: "trackID=4",
          direction: "recvonly",
        },
        {
          ...AAC,
          clockRate: 64000,
          payloadType: 116,
          control: "trackID=5",
          direction: "sendonly",
        },
      ],
    },
  ],
  [
    "Reolink, on a live555 of 2013: quotes in the title, the range in the session",
    `v=0
o=- 1629795645777963 1 IN IP4 192.0.2.48
s=Session streamed by "preview"
t=0 0
a=tool:LIVE555 Streaming Media v2013.04.08
a=control:*
a=range:npt=0-
a=x-qt-text-nam:Session streamed by "preview"
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
b=AS:500
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAM6zoAoALWQ==,aO48MA==
a=control:trackID=1
`,
    {
      title: 'Session streamed by "preview"',
      control: "*",
      range: "npt=0-",
      medias: [{
        ...H264,
        fmtp: "packetization-mode=1;sprop-parameter-sets=Z2QAM6zoAoALWQ==,aO48MA==",
        control: "trackID=1",
        bandwidth: 500_000,
      }],
    },
  ],
  // home-assistant/core #122159, and the fixtures of AxisCommunications/media-stream-library-js.
  [
    "Axis, on GStreamer: absolute control URLs with queries",
    `v=0
o=- 1188340656180883 1 IN IP4 192.0.2.7
s=Session streamed with GStreamer
i=rtsp-server
t=0 0
a=tool:GStreamer
a=type:broadcast
a=range:npt=now-
a=control:rtsp://192.0.2.7/axis-media/media.amp?videocodec=h264
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
b=AS:50000
a=rtpmap:96 H264/90000
a=ts-refclk:local
a=mediaclk:sender
a=control:rtsp://192.0.2.7/axis-media/media.amp/stream=0?videocodec=h264
a=framerate:25.000000
a=transform:1.000000,0.000000,0.000000;0.000000,1.000000,0.000000;0.000000,0.000000,1.000000
m=application 0 RTP/AVP 98
c=IN IP4 0.0.0.0
a=rtpmap:98 vnd.onvif.metadata/90000
a=x-onvif-track:APPLICATION000
a=recvonly
a=control:rtsp://192.0.2.7/axis-media/media.amp/stream=1?videocodec=h264
`,
    {
      title: "Session streamed with GStreamer",
      control: "rtsp://192.0.2.7/axis-media/media.amp?videocodec=h264",
      range: "npt=now-",
      medias: [{
        ...H264,
        control: "rtsp://192.0.2.7/axis-media/media.amp/stream=0?videocodec=h264",
        bandwidth: 50_000_000,
      }, {
        kind: "data",
        encoding: "vnd.onvif.metadata",
        clockRate: 90000,
        payloadType: 98,
        port: 0,
        control: "rtsp://192.0.2.7/axis-media/media.amp/stream=1?videocodec=h264",
        direction: "recvonly",
      }],
    },
  ],
  // home-assistant/core #40255, and the tests of Erlyvideo with an AXIS P1311.
  [
    "Axis, before GStreamer: the track before the query, fmtp with spaces and a semicolon at its end",
    `v=0
o=- 1294265301839884 1294265301839884 IN IP4 192.0.2.8
s=Media Presentation
e=NONE
c=IN IP4 0.0.0.0
b=AS:8032
t=0 0
a=control:rtsp://192.0.2.8:554/axis-media/media.amp?resolution=640x480
a=range:npt=0.000000-
m=video 0 RTP/AVP 26
b=AS:8000
a=framerate:30.0
a=framesize:26 640-480
a=control:rtsp://192.0.2.8:554/axis-media/media.amp/trackID=1?resolution=640x480
m=audio 0 RTP/AVP 97
b=AS:32
a=control:rtsp://192.0.2.8:554/axis-media/media.amp/trackID=2?resolution=640x480
a=rtpmap:97 mpeg4-generic/16000/1
a=fmtp:97 mode=AAC-hbr;config=1408; SizeLength=13; IndexLength=3;IndexDeltaLength=3; bitrate=32000;
`,
    {
      title: "Media Presentation",
      control: "rtsp://192.0.2.8:554/axis-media/media.amp?resolution=640x480",
      range: "npt=0.000000-",
      medias: [
        {
          ...H264,
          encoding: "JPEG",
          payloadType: 26,
          control: "rtsp://192.0.2.8:554/axis-media/media.amp/trackID=1?resolution=640x480",
          bandwidth: 8_000_000,
        },
        {
          ...AAC,
          encoding: "mpeg4-generic",
          channels: 1,
          payloadType: 97,
          fmtp:
            "mode=AAC-hbr;config=1408; SizeLength=13; IndexLength=3;IndexDeltaLength=3; bitrate=32000;",
          control: "rtsp://192.0.2.8:554/axis-media/media.amp/trackID=2?resolution=640x480",
          bandwidth: 32_000,
        },
      ],
    },
  ],
  // The public Big Buck Bunny of Wowza 4.7 and 4.8: scottlamb/retina and membraneframework test with it.
  [
    "Wowza: AAC in lower case, a space in the range, attributes of its own",
    `v=0
o=- 774907562 774907562 IN IP4 127.0.0.1
s=clip.mov
c=IN IP4 127.0.0.1
t=0 0
a=sdplang:en
a=range:npt=0- 596.48
a=control:*
m=audio 0 RTP/AVP 96
a=rtpmap:96 mpeg4-generic/48000/2
a=control:trackID=1
m=video 0 RTP/AVP 97
a=rtpmap:97 H264/90000
a=cliprect:0,0,720,1280
a=framesize:97 1280-720
a=framerate:24.0
a=control:trackID=2
`,
    {
      title: "clip.mov",
      control: "*",
      range: "npt=0- 596.48",
      medias: [
        {
          ...AAC,
          encoding: "mpeg4-generic",
          clockRate: 48000,
          channels: 2,
          payloadType: 96,
          control: "trackID=1",
          connection: { address: "127.0.0.1" },
        },
        {
          ...H264,
          payloadType: 97,
          control: "trackID=2",
          connection: { address: "127.0.0.1" },
        },
      ],
    },
  ],
  [
    "live555 and Foscam: audio of a static payload type without rtpmap",
    `v=0
s=live2.sdp
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=control:track1
m=audio 0 RTP/AVP 0
c=IN IP4 0.0.0.0
b=AS:64
a=control:track2
`,
    {
      title: "live2.sdp",
      medias: [
        { ...H264, control: "track1" },
        { ...PCMU, control: "track2", bandwidth: 64_000 },
      ],
    },
  ],
  [
    "GStreamer: rtspclientsink with SSRC and clock attributes",
    `v=0
o=- 0 0 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=video 0 RTP/AVP 96
a=rtpmap:96 VP8/90000
a=framerate:30
a=ts-refclk:local
a=mediaclk:sender
a=ssrc:1234 cname:user@host
a=control:stream=0
`,
    {
      medias: [{
        ...H264,
        encoding: "VP8",
        control: "stream=0",
        connection: { address: "127.0.0.1" },
      }],
    },
  ],
  [
    "FFmpeg: ANNOUNCE of an IPv6 peer",
    `v=0
o=- 0 0 IN IP6 ::1
s=No Name
c=IN IP6 ::1
t=0 0
a=tool:libavformat 61.1.100
m=video 0 RTP/AVP 96
b=AS:1766
a=rtpmap:96 H265/90000
a=control:streamid=0
m=audio 0 RTP/AVP 97
a=rtpmap:97 opus/48000/2
a=fmtp:97 sprop-stereo=1
a=control:streamid=1
`,
    {
      title: "No Name",
      medias: [
        {
          ...H264,
          encoding: "H265",
          control: "streamid=0",
          connection: { address: "::1" },
          bandwidth: 1_766_000,
        },
        {
          ...PCMU,
          encoding: "opus",
          clockRate: 48000,
          channels: 2,
          payloadType: 97,
          fmtp: "sprop-stereo=1",
          control: "streamid=1",
          connection: { address: "::1" },
        },
      ],
    },
  ],
  [
    "VLC: multicast with a TTL, MPEG-TS",
    `v=0
o=- 15 15 IN IP4 host
s=Unnamed
c=IN IP4 239.255.12.42/16
t=0 0
a=recvonly
m=video 5004 RTP/AVP 33
b=RR:0
a=rtpmap:33 MP2T/90000
`,
    {
      title: "Unnamed",
      medias: [{
        ...H264,
        encoding: "MP2T",
        payloadType: 33,
        port: 5004,
        direction: "recvonly",
        connection: { address: "239.255.12.42", ttl: 16 },
      }],
    },
  ],
  [
    "TP-LINK: a media that is none",
    `v=0
o=- 14665860 31787219 1 IN IP4 192.0.2.39
s=Session streamed by "TP-LINK RTSP Server"
t=0 0
m=video 0 RTP/AVP 96
a=range:npt=0-
a=control:track1
a=rtpmap:96 H265/90000
m=application/TP-LINK 0 RTP/AVP smart/1/90000
a=rtpmap:95 TP-LINK/90000
a=control:track3
`,
    {
      title: 'Session streamed by "TP-LINK RTSP Server"',
      range: "npt=0-",
      medias: [{ ...H264, encoding: "H265", control: "track1" }],
    },
  ],
  [
    "Uniview: cut-off o= and c= lines, an fmtp with spaces",
    `v=0
o=- 1001 1 IN
s=VCP IPC Realtime stream
m=video 0 RTP/AVP 105
c=IN
a=control:rtsp://192.0.2.60/media/video1/video
a=rtpmap:105 H264/90000
a=fmtp:105 profile-level-id=640032; packetization-mode=1
m=application 0 RTP/AVP 107
c=IN
a=control:rtsp://192.0.2.60/media/video1/metadata
a=rtpmap:107 vnd.onvif.metadata/90000
a=fmtp:107 DecoderTag=h3c-v3 RTCP=0
`,
    {
      title: "VCP IPC Realtime stream",
      medias: [
        {
          ...H264,
          payloadType: 105,
          fmtp: "profile-level-id=640032; packetization-mode=1",
          control: "rtsp://192.0.2.60/media/video1/video",
        },
        {
          kind: "data",
          encoding: "vnd.onvif.metadata",
          clockRate: 90000,
          payloadType: 107,
          port: 0,
          fmtp: "DecoderTag=h3c-v3 RTCP=0",
          control: "rtsp://192.0.2.60/media/video1/metadata",
        },
      ],
    },
  ],
  [
    "a camera that starts with m=, and ends without a line break",
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0",
    { medias: [{ ...H264, control: "trackID=0" }] },
  ],
  [
    "Bosch: a control that is a query",
    "v=0\r\nm=video 0 RTP/AVP 35\r\na=rtpmap:35 H264/90000\r\na=control:?rtsp_tunnel&stream=video\r\n",
    { medias: [{ ...H264, payloadType: 35, control: "?rtsp_tunnel&stream=video" }] },
  ],
  [
    "a doorbell whose one media has a made-up type",
    "v=0\nm=vzinfo 0 RTP/AVP 108\na=rtpmap:108 vzinfo/1000\n",
    {
      medias: [{
        kind: "data",
        encoding: "vzinfo",
        clockRate: 1000,
        payloadType: 108,
        port: 0,
      }],
    },
  ],
  [
    "tabs, spaces, upper-case attributes, NULs behind the end, a count of ports",
    "v=0\r\n\tm = video  0/2\tRTP/AVP  96 \r\na=RTPMAP: 96\tH264 /90000\r\na=Control: trackID=0 \r\n\0\0",
    { medias: [{ ...H264, control: "trackID=0" }] },
  ],
  [
    "wrong, absent and impossible clocks",
    `v=0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/8000
m=audio 0 RTP/AVP 97
a=rtpmap:97 opus/8000/2
m=audio 0 RTP/AVP 8
a=rtpmap:8 PCMA
m=audio 0 RTP/AVP 98
a=rtpmap:98 X-A/0
m=video 0 RTP/AVP 99
a=rtpmap:99 X-V/99999999999
`,
    {
      medias: [
        H264,
        { ...PCMU, encoding: "opus", clockRate: 48000, channels: 2, payloadType: 97 },
        PCMA,
        { ...PCMU, encoding: "X-A", payloadType: 98 },
        { ...H264, encoding: "X-V", payloadType: 99 },
      ],
    },
  ],
  [
    "no rtpmap, but parameter sets that tell",
    `v=0
m=video 0 RTP/AVP 96
a=fmtp:96 sprop-parameter-sets=Z2QAM6zoAoALWQ==
m=video 0 RTP/AVP 97
a=fmtp:97 sprop-vps=AA==;sprop-sps=AA==
m=video 0 RTP/AVP 98
`,
    {
      medias: [
        { ...H264, fmtp: "sprop-parameter-sets=Z2QAM6zoAoALWQ==" },
        { ...H264, encoding: "H265", payloadType: 97, fmtp: "sprop-vps=AA==;sprop-sps=AA==" },
      ],
    },
  ],
  [
    "what is no RTP",
    "v=0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\nm=video 0 RAW/RAW/UDP 33\nm=\nm=video\n",
    { medias: [] },
  ],
];

for (const [what, text, session] of DEVICES) {
  Deno.test(`SDP of ${what}`, () => {
    assertEquals(parseSdp(text), session);
    assertEquals(parseSdp(text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n")), session);
    assertEquals(parseSdp(text.trimEnd()), session);
  });
}

const BAD: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "it has no line of SDP"],
  ["HTML", "<html>\n<body>404</body>\n</html>", "it has no line of SDP"],
  ["a long text", "a".repeat(MAX_SDP_LENGTH + 1), `it is longer than ${MAX_SDP_LENGTH}`],
  [
    "many medias",
    "m=audio 0 RTP/AVP 0\n".repeat(MAX_MEDIAS + 1),
    `it has more than ${MAX_MEDIAS} medias`,
  ],
];

for (const [what, text, reason] of BAD) {
  Deno.test(`SDP of ${what} is refused`, () => {
    assertThrows(() => parseSdp(text), SdpError, `Cannot parse SDP: ${reason}`);
  });
}

/**
 * Offers of the shapes that real clients write, shortened: numbers, credentials and candidates are made
 * up, and payload types that add nothing are left out.
 *
 * @module
 */

const HASH = Array.from({ length: 32 }, (_, index) => (0xa0 + index).toString(16)).join(":")
  .toUpperCase();

export const FINGERPRINT = { algorithm: "sha-256", value: HASH } as const;

/** Credentials of every offer here that does not say other ones. */
export const ICE = { ufrag: "uFr4", pwd: "pwdpwdpwdpwdpwdpwdpwd/+" } as const;

const SECURITY = `a=ice-ufrag:${ICE.ufrag}
a=ice-pwd:${ICE.pwd}
a=fingerprint:sha-256 ${HASH}`;

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

const TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/** Chromium 150, `addTransceiver("video")` and `("audio")`, both `recvonly`; candidates trickled. */
export const CHROME_READ = crlf(`v=0
o=- 7336800082776325462 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103 104 107 108 109 116 117 45 46 118 120
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2934530961 1 udp 2113937151 aa946170-5705-426f-baff-fd4abfbf45da.local 43292 typ host generation 0 network-cost 999
a=ice-options:trickle
${SECURITY}
a=setup:actpass
a=mid:0
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 ${TWCC}
a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:98 VP9/90000
a=fmtp:98 profile-id=0
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
a=rtpmap:100 VP9/90000
a=fmtp:100 profile-id=2
a=rtpmap:101 rtx/90000
a=fmtp:101 apt=100
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=104
a=rtpmap:108 H264/90000
a=rtcp-fb:108 goog-remb
a=rtcp-fb:108 transport-cc
a=rtcp-fb:108 ccm fir
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rtpmap:116 H264/90000
a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:117 rtx/90000
a=fmtp:117 apt=116
a=rtpmap:45 AV1/90000
a=fmtp:45 level-idx=5;profile=0;tier=0
a=rtpmap:46 rtx/90000
a=fmtp:46 apt=45
a=rtpmap:118 red/90000
a=rtpmap:120 ulpfec/90000
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-options:trickle
${SECURITY}
a=setup:actpass
a=mid:1
a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 ${TWCC}
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:126 telephone-event/8000
`);

/** Chromium 150, a camera with two `sendEncodings`. */
export const CHROME_SIMULCAST = crlf(`v=0
o=- 4952687789310189487 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 97 108 109
c=IN IP4 0.0.0.0
${SECURITY}
a=ice-options:trickle
a=setup:actpass
a=mid:0
a=extmap:4 ${TWCC}
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=sendonly
a=msid:- 556a852e-9507-49d5-8b8c-afdebaa27c1d
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:108 H264/90000
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rid:a send
a=rid:b send
a=simulcast:send a;b
`);

/** Firefox: direction and fingerprint for the session, braces in msid, G722/8000/1, no mode means 0. */
export const FIREFOX_PUBLISH = crlf(`v=0
o=mozilla...THIS_IS_SDPARTA-128.0 7414933167410747041 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 ${HASH}
a=group:BUNDLE 0 1
a=ice-options:trickle
a=msid-semantic:WMS *
a=sendrecv
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a=sendonly
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:${ICE.pwd}
a=ice-ufrag:${ICE.ufrag}
a=mid:0
a=msid:{c537f11b-6e61-0346-a4b1-95392ba94d70} {6367c7c1-d3be-9543-a66a-337c2f394f42}
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=setup:actpass
a=ssrc:1531004752 cname:{69b4b75e-68fa-3e4d}
m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127 97 98 123 122
c=IN IP4 0.0.0.0
a=sendonly
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:7 ${TWCC}
a=extmap:8/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1
a=fmtp:120 max-fs=12288;max-fr=60
a=fmtp:124 apt=120
a=fmtp:127 apt=126
a=fmtp:98 apt=97
a=ice-pwd:${ICE.pwd}
a=ice-ufrag:${ICE.ufrag}
a=mid:1
a=rtcp-fb:120 nack
a=rtcp-fb:120 nack pli
a=rtcp-fb:120 ccm fir
a=rtcp-fb:120 goog-remb
a=rtcp-fb:120 transport-cc
a=rtcp-fb:126 nack
a=rtcp-fb:126 nack pli
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:126 H264/90000
a=rtpmap:127 rtx/90000
a=rtpmap:97 H264/90000
a=rtpmap:98 rtx/90000
a=rtpmap:123 ulpfec/90000
a=rtpmap:122 red/90000
a=setup:actpass
a=ssrc:2000000001 cname:{69b4b75e-68fa-3e4d}
a=ssrc:2000000002 cname:{69b4b75e-68fa-3e4d}
a=ssrc-group:FID 2000000001 2000000002
`);

/** OBS Studio 30 (libdatachannel): transport attributes for the session, a second group, one codec each. */
export const OBS_PUBLISH = crlf(`v=0
o=rtc 3767197920 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=setup:actpass
a=ice-ufrag:${ICE.ufrag}
a=ice-pwd:${ICE.pwd}
a=ice-options:ice2,trickle
a=fingerprint:sha-256 ${HASH}
m=audio 4557 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.7
a=mid:0
a=sendonly
a=ssrc:1349455989 cname:0X2NGAsK9XcmnsuZ
a=ssrc:1349455989 msid:qUVE qUVE-audio
a=msid:qUVE qUVE-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=candidate:1 1 UDP 2122317823 192.0.2.7 4557 typ host
a=end-of-candidates
m=video 4557 UDP/TLS/RTP/SAVPF 96
c=IN IP4 192.0.2.7
a=mid:1
a=sendonly
a=ssrc:1349455990 cname:0X2NGAsK9XcmnsuZ
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
`);

/** FFmpeg 8 `-f whip`, video alone: the group names a section that is not there. */
export const FFMPEG_PUBLISH = crlf(`v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 106
c=IN IP4 0.0.0.0
${SECURITY}
a=setup:passive
a=mid:1
a=sendonly
a=msid:FFmpeg video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f
a=ssrc:3001 cname:FFmpeg
a=ssrc:3001 msid:FFmpeg video
`);

/** GStreamer webrtcbin (whipsink), max-bundle: `sendrecv`, bundle-only at port 0, names of its own. */
export const GSTREAMER_PUBLISH = crlf(`v=0
o=- 6286354800210458220 0 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
a=group:BUNDLE video0 audio1
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=setup:actpass
${SECURITY}
a=rtcp-mux
a=rtcp-rsize
a=sendrecv
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack pli
a=framerate:30
a=fmtp:96 packetization-mode=1;profile-level-id=42c028;sprop-parameter-sets=Z0LAKNwHgCJ+XAWoCAgKAAADAAIAAAMAeR4wZw==,aM48gA==
a=ssrc:3542043503 msid:user1@host-1 webrtctransceiver0
a=ssrc:3542043503 cname:user1@host-1
a=mid:video0
m=audio 0 UDP/TLS/RTP/SAVPF 97
c=IN IP4 0.0.0.0
a=setup:actpass
a=bundle-only
a=rtcp-mux
a=rtcp-rsize
a=sendrecv
a=rtpmap:97 OPUS/48000/2
a=rtcp-fb:97 nack pli
a=fmtp:97 sprop-maxcapturerate=48000;sprop-stereo=0
a=ssrc:2774551217 cname:user1@host-1
a=mid:audio1
`);

/** GStreamer whepsrc: receivers of given caps, which say nothing of the packetization mode. */
export const GSTREAMER_READ = crlf(`v=0
o=- 5117021 0 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
a=group:BUNDLE video0
m=video 9 UDP/TLS/RTP/SAVPF 102
c=IN IP4 0.0.0.0
a=setup:actpass
${SECURITY}
a=rtcp-mux
a=rtcp-rsize
a=recvonly
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack pli
a=mid:video0
`);

/** aiortc 1.4: credentials and ports of each section, sources though it only receives, no trickle. */
export const AIORTC_READ = crlf(`v=0
o=- 4004178751 4004178751 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic:WMS *
m=video 33815 UDP/TLS/RTP/SAVPF 97 98 99 100
c=IN IP4 192.0.2.2
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=mid:0
a=rtcp:9 IN IP4 0.0.0.0
a=rtcp-mux
a=ssrc-group:FID 3690575631 2855363032
a=ssrc:3690575631 cname:00a88754
a=ssrc:2855363032 cname:00a88754
a=rtpmap:97 VP8/90000
a=rtcp-fb:97 nack
a=rtpmap:98 rtx/90000
a=fmtp:98 apt=97
a=rtpmap:99 H264/90000
a=rtcp-fb:99 nack
a=rtcp-fb:99 nack pli
a=rtcp-fb:99 goog-remb
a=fmtp:99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:100 rtx/90000
a=fmtp:100 apt=99
a=candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 2130706431 192.0.2.2 33815 typ host
a=candidate:d0bcf3d9c29a2bc887618212a1623bfa 1 udp 2130706431 fd00::2 59973 typ host
a=candidate:d0bcf3d9c29a2bc887618212a1623bfa 2 udp 2130706430 fd00::2 59974 typ host
a=end-of-candidates
${SECURITY}
a=fingerprint:sha-512 ${HASH}:${HASH}
a=setup:actpass
m=audio 47966 UDP/TLS/RTP/SAVPF 96 0 8
c=IN IP4 192.0.2.2
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=mid:1
a=rtcp-mux
a=rtpmap:96 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 2130706431 192.0.2.2 47966 typ host
a=end-of-candidates
a=ice-ufrag:DESn
a=ice-pwd:Pl2Jo0rrE72kbCgigsJL3q
a=fingerprint:sha-256 ${HASH}
a=setup:actpass
`);

/** Safari 18 with a data channel, audio both ways, H.265 without parameters. */
export const SAFARI_READ = crlf(`v=0
o=- 985372420936776446 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=extmap-allow-mixed
a=msid-semantic: WMS bc57d7ff
m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
${SECURITY}
a=setup:actpass
a=mid:0
a=sendrecv
a=msid:bc57d7ff 833dba34
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:0 PCMU/8000
m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 104
c=IN IP4 0.0.0.0
${SECURITY}
a=setup:actpass
a=mid:1
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 H264/90000
a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:98 H264/90000
a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:104 H265/90000
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
${SECURITY}
a=ice-options:trickle
a=setup:actpass
a=mid:2
a=sctp-port:5000
a=max-message-size:262144
`);

/** Every offer above, by client. */
export const OFFERS: Readonly<Record<string, string>> = {
  "Chrome, reading": CHROME_READ,
  "Chrome, publishing two layers": CHROME_SIMULCAST,
  "Firefox, publishing": FIREFOX_PUBLISH,
  "OBS, publishing": OBS_PUBLISH,
  "FFmpeg, publishing": FFMPEG_PUBLISH,
  "GStreamer, publishing": GSTREAMER_PUBLISH,
  "GStreamer, reading": GSTREAMER_READ,
  "aiortc, reading": AIORTC_READ,
  "Safari, reading": SAFARI_READ,
};

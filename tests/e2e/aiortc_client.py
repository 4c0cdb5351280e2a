"""Plays a stream by WHEP, or publishes a file by WHIP, with aiortc.

    aiortc_client.py play URL
        Prints a line for each picture and each piece of sound as it is decoded: its kind, its time in
        milliseconds since the first of its kind, and the MD5 of its pixels, or how many samples it has.
        Ends when nothing has come for a while.
    aiortc_client.py publish URL FILE CODEC HOW
        Sends the picture and the sound of a file at its own speed, the picture as CODEC, "H264" or "VP8".
        HOW is "copy", which sends what the file has (NAL units with start codes, and Opus), or "encode".
"""

import asyncio
import hashlib
import sys
import urllib.parse
import urllib.request

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer
from aiortc.mediastreams import MediaStreamError

# Seconds without a frame after which a stream has ended.
QUIET = 2

# It leaves out the loopback interface, which is where the gateway of a test listens.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def post(url, sdp):
    """Offers `sdp`. Gives the answer, and the URL of the session."""
    headers = {"Content-Type": "application/sdp"}
    request = urllib.request.Request(url, sdp.encode(), headers)
    with urllib.request.urlopen(request) as response:
        location = urllib.parse.urljoin(url, response.headers["Location"])
        return response.read().decode(), location


def delete(url):
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()


async def call(peer, url):
    """Offers what `peer` has, and takes the answer. Gives the URL of the session."""
    await peer.setLocalDescription(await peer.createOffer())
    sdp, session = await asyncio.to_thread(post, url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
    return session


def picture_hash(frame):
    """MD5 of the visible pixels of a picture in YUV 4:2:0, as FFmpeg's `framemd5` has it."""
    digest = hashlib.md5()
    for plane in frame.planes:
        pixels = memoryview(plane)
        for line in range(plane.height):
            start = line * plane.line_size
            digest.update(pixels[start : start + plane.width])
    return digest.hexdigest()


async def watch(track):
    limit = None
    try:
        while True:
            frame = await asyncio.wait_for(track.recv(), limit)
            limit = QUIET
            what = picture_hash(frame) if track.kind == "video" else frame.samples
            print(track.kind, round(frame.time * 1000), what, flush=True)
    except (MediaStreamError, asyncio.TimeoutError):
        pass


async def play(url):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receivers = [peer.addTransceiver(kind, direction="recvonly") for kind in ("video", "audio")]
    session = await call(peer, url)
    sent = [each.receiver.track for each in receivers if each.currentDirection == "recvonly"]
    await asyncio.gather(*map(watch, sent))
    await asyncio.to_thread(delete, session)
    await peer.close()


async def publish(url, path, codec, how):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    player = MediaPlayer(path, decode=how == "encode")
    video = peer.addTransceiver(player.video, direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([each for each in codecs if each.name in (codec, "rtx")])
    peer.addTransceiver(player.audio, direction="sendonly")
    ends = [asyncio.Event(), asyncio.Event()]
    player.video.on("ended", ends[0].set)
    player.audio.on("ended", ends[1].set)
    session = await call(peer, url)
    await asyncio.gather(*(end.wait() for end in ends))
    await asyncio.to_thread(delete, session)
    await peer.close()


asyncio.run({"play": play, "publish": publish}[sys.argv[1]](*sys.argv[2:]))

"""Plays a stream by WHEP, or publishes one by WHIP, with GStreamer's webrtcbin.

    gst_webrtc.py play URL LAUNCH CAPS...
        CAPS are those of the RTP packets to ask for. LAUNCH is the line of a pipeline that takes the first of
        them by a queue "in0", the next by "in1", and ends in a sink "out". Ends when nothing has come for a
        while.
    gst_webrtc.py publish URL LAUNCH
        LAUNCH is the line of a pipeline that ends in a webrtcbin "rtc". Ends with its media.
"""

import os
import sys
import time
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

# Seconds without a packet after which a stream has ended.
QUIET = 2

# How often that is looked at, in milliseconds.
POLL_MS = 100

# Milliseconds that packets are given to leave, and files to be written.
FLUSH_MS = 500

loop = GLib.MainLoop()

# Of webrtcbin's own reference to its agent, the first that Python takes is made: it must not be given back.
agents = []


def post(url, sdp):
    """Offers `sdp`. Gives the answer, and the URL of the session."""
    headers = {"Content-Type": "application/sdp"}
    request = urllib.request.Request(url, sdp.encode(), headers)
    with urllib.request.urlopen(request) as response:
        location = urllib.parse.urljoin(url, response.headers["Location"])
        return response.read().decode(), location


def leave(session):
    """Ends a session, and this program, as it stands: Python and webrtcbin would free the same objects."""
    urllib.request.urlopen(urllib.request.Request(session, method="DELETE")).close()
    os._exit(0)


def ask(rtc, signal, *arguments):
    """Has webrtcbin do something, and waits until it is done. What is in the result lives as long as that."""
    promise = Gst.Promise.new()
    rtc.emit(signal, *arguments, promise)
    promise.wait()
    return promise


def call(rtc, url):
    """Offers what webrtcbin has, and takes the answer. Gives the URL of the session."""
    # libnice leaves out the loopback interface, which is where the gateway of a test listens.
    agent = rtc.get_property("ice-agent")
    agent.emit("add-local-ip-address", "127.0.0.1")
    agents.append(agent)
    created = ask(rtc, "create-offer", None)
    reply = created.get_reply()
    offer = reply.get_value("offer")
    ask(rtc, "set-local-description", offer)
    text, session = post(url, offer.sdp.as_text())
    _, sdp = GstSdp.SDPMessage.new_from_text(text)
    answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
    ask(rtc, "set-remote-description", answer)
    return session


def on_error(_bus, message):
    print(message.parse_error(), file=sys.stderr, flush=True)
    os._exit(1)


def run_to_end(pads):
    """Runs until all of `pads` have been told that nothing more comes, and a little more."""
    running = set(pads)

    def watch(pad, info):
        if info.get_event().type == Gst.EventType.EOS:
            running.discard(pad)
            if not running:
                GLib.timeout_add(FLUSH_MS, loop.quit)
        return Gst.PadProbeReturn.OK

    for pad in pads:
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, watch)
    loop.run()


def start(launch):
    pipeline = Gst.parse_launch(launch)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", on_error)
    return pipeline, pipeline.get_by_name("rtc")


def play(url, launch, *offered):
    pipeline, rtc = start(f"webrtcbin name=rtc bundle-policy=max-bundle {launch}")
    inputs = [pipeline.get_by_name(f"in{at}").get_static_pad("sink") for at in range(len(offered))]
    for caps in map(Gst.Caps.from_string, offered):
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        rtc.emit("add-transceiver", direction, caps).set_property("do-nack", True)
    heard = []

    def note(_pad, _info):
        heard[:] = [time.monotonic()]
        return Gst.PadProbeReturn.OK

    def added(_rtc, pad):
        index = pad.get_property("transceiver").get_property("mlineindex")
        pad.add_probe(Gst.PadProbeType.BUFFER, note)
        pad.link(inputs[index])

    def end_when_quiet():
        if not heard or time.monotonic() - heard[0] < QUIET:
            return GLib.SOURCE_CONTINUE
        for pad in inputs:
            pad.send_event(Gst.Event.new_eos())
        return GLib.SOURCE_REMOVE

    rtc.connect("pad-added", added)
    pipeline.set_state(Gst.State.PLAYING)
    session = call(rtc, url)
    GLib.timeout_add(POLL_MS, end_when_quiet)
    run_to_end([pipeline.get_by_name("out").get_static_pad("sink")])
    leave(session)


def publish(url, launch):
    pipeline, rtc = start(launch)
    pads = [pad for pad in rtc.pads if pad.get_direction() == Gst.PadDirection.SINK]
    for pad in pads:
        pad.get_property("transceiver").set_property("do-nack", True)
    pipeline.set_state(Gst.State.PLAYING)
    session = call(rtc, url)
    run_to_end(pads)
    leave(session)


Gst.init(None)
{"play": play, "publish": publish}[sys.argv[1]](*sys.argv[2:])

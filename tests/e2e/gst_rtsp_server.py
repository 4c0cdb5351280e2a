"""Serves an FLV file with H.264 and AAC as /cam by GStreamer's RTSP server.

Arguments: the file, and what it offers: udp, tcp, or both with a comma between.
Prints its port. The file is played in real time, from its start for the first client.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

PIPELINE = (
    '( filesrc location="{}" ! flvdemux name=in '
    "in.video ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=0 "
    "in.audio ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )"
)
TRANSPORTS = {"udp": GstRtsp.RTSPLowerTrans.UDP, "tcp": GstRtsp.RTSPLowerTrans.TCP}


def main(path, transports):
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE.format(path))
    factory.set_shared(True)
    offered = GstRtsp.RTSPLowerTrans(0)
    for name in transports.split(","):
        offered |= TRANSPORTS[name]
    factory.set_protocols(offered)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main(sys.argv[1], sys.argv[2])

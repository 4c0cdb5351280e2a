"""Serves one RTMP stream over RTSP, by GStreamer's RTSP server behind nginx.

Arguments: the folder and the configuration of nginx, what to play over RTMP, and the RTSP port.
nginx takes the publisher; the pipeline is one for all players and begins with the first of them.
"""

import subprocess
import sys
import urllib.parse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

PIPELINE = (
    '( rtmp2src location="{}" ! flvdemux name=in '
    "in.video ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 "
    "in.audio ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )"
)


def main(folder, config, source, port):
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", config])
    Gst.init(None)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 15, loop.quit)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE.format(source))
    factory.set_shared(True)
    # As fast as media comes: no jitter buffer for a source on the same machine.
    factory.set_latency(0)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory(urllib.parse.urlparse(source).path, factory)
    server.attach(None)
    loop.run()
    nginx.terminate()
    nginx.wait()


main(*sys.argv[1:])

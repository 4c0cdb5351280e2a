"""Serves a pipeline as /cam by GStreamer's RTSP server, shared by all clients.

Arguments: the launch line of the pipeline, what it offers (udp, tcp, or both with a comma between),
and by how many seconds its clock, and so the time that its sender reports tell, is behind UTC;
"-" leaves the clock of GStreamer.
Prints its port. The pipeline starts with the first client.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

TRANSPORTS = {"udp": GstRtsp.RTSPLowerTrans.UDP, "tcp": GstRtsp.RTSPLowerTrans.TCP}

# From 1900, where NTP begins, to 1970.
NTP_EPOCH = 2208988800


def late_clock(behind):
    """A clock that tells NTP time of `behind` seconds ago."""
    clock = Gst.SystemClock(clock_type=Gst.ClockType.REALTIME)
    now = clock.get_internal_time()
    clock.set_calibration(now, now + (NTP_EPOCH - behind) * Gst.SECOND, 1, 1)
    return clock


def report_clock_time(_factory, media):
    """Lets the sender reports of a media tell the time of its pipeline's clock."""

    def added(_pipeline, element):
        if element.get_factory().get_name() == "rtpbin":
            element.set_property("ntp-time-source", "clock-time")

    media.get_element().get_parent().connect("element-added", added)


def main(launch, transports, behind):
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    if behind != "-":
        factory.set_clock(late_clock(int(behind)))
        factory.connect("media-configure", report_clock_time)
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


main(*sys.argv[1:])

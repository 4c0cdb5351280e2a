import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  AggregateNotAllowedError,
  HeaderNotValidError,
  InvalidRangeError,
  MethodNotAllowedError,
  MethodNotImplementedError,
  NotAcceptableError,
  NotEnoughBandwidthError,
  OnlyAggregateAllowedError,
  OptionNotSupportedError,
  ParameterNotUnderstoodError,
  type RtspError,
  RtspHeaderError,
  RtspMessageError,
  RtspStateError,
  RtspTunnelError,
  RtspUrlError,
  ServiceUnavailableError,
  SessionNotFoundError,
  TimeFormatError,
  UnauthorizedError,
  UnsupportedMediaError,
  UnsupportedTransportError,
} from "../../../protocols/rtsp/errors.ts";
import type { HeaderField } from "../../../protocols/rtsp/fields.ts";

// Error, name, status, header fields of its answer
const ERRORS: readonly (readonly [RtspError, string, number, readonly HeaderField[]])[] = [
  [new RtspMessageError("x", 413, { offset: 0 }), "RtspMessageError", 413, []],
  [new RtspHeaderError("CSeq", "x"), "RtspHeaderError", 400, []],
  [new RtspUrlError("x", "host"), "RtspUrlError", 400, []],
  [new RtspTunnelError("x", 0), "RtspTunnelError", 400, []],
  [new RtspStateError("init", "play"), "RtspStateError", 455, []],
  [new UnauthorizedError("x", ["A", "B"]), "UnauthorizedError", 401, [
    ["WWW-Authenticate", "A"],
    ["WWW-Authenticate", "B"],
  ]],
  [new MethodNotAllowedError("RECORD", ["PLAY", "PAUSE"]), "MethodNotAllowedError", 405, [
    ["Allow", "PLAY, PAUSE"],
  ]],
  [new MethodNotImplementedError("X", ["PLAY"]), "MethodNotImplementedError", 501, [
    ["Public", "PLAY"],
  ]],
  [new NotAcceptableError("text/html"), "NotAcceptableError", 406, []],
  [new UnsupportedMediaError("x"), "UnsupportedMediaError", 415, [["Accept", "application/sdp"]]],
  [new ParameterNotUnderstoodError(["a"]), "ParameterNotUnderstoodError", 451, []],
  [new NotEnoughBandwidthError("x"), "NotEnoughBandwidthError", 453, []],
  [new SessionNotFoundError("1"), "SessionNotFoundError", 454, []],
  [new SessionNotFoundError(undefined), "SessionNotFoundError", 454, []],
  [new HeaderNotValidError("Range", "x"), "HeaderNotValidError", 456, []],
  [new InvalidRangeError("x"), "InvalidRangeError", 457, []],
  [new TimeFormatError("clock"), "TimeFormatError", 456, [["Accept-Ranges", "npt"]]],
  [new AggregateNotAllowedError("SETUP"), "AggregateNotAllowedError", 459, []],
  [new OnlyAggregateAllowedError("PAUSE"), "OnlyAggregateAllowedError", 460, []],
  [new UnsupportedTransportError("x"), "UnsupportedTransportError", 461, []],
  [new ServiceUnavailableError("x"), "ServiceUnavailableError", 503, []],
  [new OptionNotSupportedError(["a", "b"]), "OptionNotSupportedError", 551, [
    ["Unsupported", "a, b"],
  ]],
];

for (const [error, name, status, fields] of ERRORS) {
  Deno.test(`${name} is answered with ${status}`, () => {
    assertEquals([error.name, error.status], [name, status]);
    assertEquals(error.replyHeaders, fields);
    assertStringIncludes(error.message, "Cannot ");
  });
}

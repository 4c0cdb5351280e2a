/**
 * The media model: what flows through the gateway, and what the bitstreams say of themselves.
 *
 * @module
 */

export * from "./aac.ts";
export * from "./ac3.ts";
export * from "./av1.ts";
export * from "./codec.ts";
export * from "./config_equal.ts";
export * from "./config_update.ts";
export * from "./describe.ts";
export * from "./description.ts";
export * from "./errors.ts";
export * from "./flac.ts";
export * from "./h264.ts";
export * from "./h265.ts";
export * from "./mp3.ts";
export * from "./nal.ts";
export * from "./opus.ts";
export * from "./timebase.ts";
export * from "./track.ts";
export * from "./unit.ts";
export * from "./vp8.ts";
export * from "./vp9.ts";

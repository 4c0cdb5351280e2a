import type { H264Config, H265Config } from "../../../../registry/media/codec.ts";
import { updatedH264, updatedH265 } from "../../../../registry/media/config_update.ts";
import { stripH264 } from "../../../../registry/media/h264.ts";
import { stripH265 } from "../../../../registry/media/h265.ts";
import type { NalRoles } from "./access_units.ts";
import { H264Roles } from "./h264_roles.ts";
import { H265Roles } from "./h265_roles.ts";

export type RawConfig = H264Config | H265Config;

/** The NAL units of a picture without parameter sets, and the configuration with them. */
export interface StrippedPicture {
  readonly payload: readonly Uint8Array[];
  readonly config: RawConfig | undefined;
}

/** What has to be known of a codec to read its byte stream. */
export interface RawCodec {
  readonly codec: RawConfig["codec"];
  createRoles(): NalRoles;
  strip(nals: readonly Uint8Array[], known: RawConfig | undefined): StrippedPicture;
}

const H264: RawCodec = {
  codec: "h264",
  createRoles: () => new H264Roles(),
  strip(nals, known) {
    const stripped = stripH264(nals);
    const config = updatedH264(known?.codec === "h264" ? known : undefined, stripped);
    return { payload: stripped.payload, config };
  },
};

const H265: RawCodec = {
  codec: "h265",
  createRoles: () => new H265Roles(),
  strip(nals, known) {
    const stripped = stripH265(nals);
    const config = updatedH265(known?.codec === "h265" ? known : undefined, stripped);
    return { payload: stripped.payload, config };
  },
};

const BY_ENDING: Readonly<Record<string, RawCodec>> = {
  "264": H264,
  h264: H264,
  avc: H264,
  "265": H265,
  h265: H265,
  hevc: H265,
};

/** The codec that a file has by its name: byte streams have no other mark. */
export function rawCodecOf(path: string): RawCodec | undefined {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

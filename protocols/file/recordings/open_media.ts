import type { Recording } from "../../../registry/recording.ts";
import type { OnLeftOut } from "./container_recording.ts";
import { MediaFileError } from "./errors.ts";
import { FlvRecording } from "./flv/flv_recording.ts";
import { isFlv } from "./flv/tags.ts";
import type { RandomAccessFile } from "./random_access.ts";
import { rawCodecOf } from "./raw/raw_codec.ts";
import { RawRecording } from "./raw/raw_recording.ts";

/**
 * Opens a file as media, whatever its format. Closes it when it cannot.
 *
 * @param path tells the byte streams of codecs apart, which have no mark of their own.
 * @throws {MediaFileError}
 */
export async function openMedia(
  file: RandomAccessFile,
  path: string,
  onLeftOut: OnLeftOut,
): Promise<Recording> {
  try {
    if (file.size === 0) throw new MediaFileError("it is empty");
    if (await isFlv(file)) return await FlvRecording.open(file);
    const codec = rawCodecOf(path);
    if (codec !== undefined) return await RawRecording.open(file, codec);
    // Loaded when it is needed: a gateway that plays no files does without its 25 MB of memory.
    const { ContainerRecording } = await import("./container_recording.ts");
    return await ContainerRecording.open(file, onLeftOut);
  } catch (error) {
    file.close();
    throw error;
  }
}

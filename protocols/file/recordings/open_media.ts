import type { Recording } from "../../../registry/recording.ts";
import { ContainerRecording, type OnLeftOut } from "./container_recording.ts";
import { FlvRecording } from "./flv/flv_recording.ts";
import { isFlv } from "./flv/tags.ts";
import type { RandomAccessFile } from "./random_access.ts";

/**
 * Opens a file as media, whatever its format. Closes it when it cannot.
 *
 * @throws {MediaFileError}
 */
export async function openMedia(
  file: RandomAccessFile,
  onLeftOut: OnLeftOut,
): Promise<Recording> {
  try {
    return await isFlv(file)
      ? await FlvRecording.open(file)
      : await ContainerRecording.open(file, onLeftOut);
  } catch (error) {
    file.close();
    throw error;
  }
}

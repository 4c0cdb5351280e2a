import { RegistryError, type RegistryErrorCode } from "../../registry/errors.ts";
import { STATUS, type Status } from "./status.ts";

/** What the registry says, in the words of NetStream: to publishers, and to players. */
const STATUSES: Readonly<Record<RegistryErrorCode, readonly [publish: Status, play: Status]>> = {
  "invalid-name": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_STREAM_NOT_FOUND],
  "reserved-name": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_STREAM_NOT_FOUND],
  "name-taken": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_FAILED],
  "not-found": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_STREAM_NOT_FOUND],
  "access-denied": [STATUS.PUBLISH_DENIED, STATUS.PLAY_FAILED],
  "no-publisher": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_STREAM_NOT_FOUND],
  "too-slow": [STATUS.PUBLISH_DENIED, STATUS.PLAY_INSUFFICIENT_BANDWIDTH],
  "replaced": [STATUS.PUBLISH_BAD_NAME, STATUS.PLAY_FAILED],
  "kicked": [STATUS.PUBLISH_DENIED, STATUS.PLAY_FAILED],
  "packaging-failed": [STATUS.PUBLISH_DENIED, STATUS.PLAY_FAILED],
  "recording-failed": [STATUS.PUBLISH_DENIED, STATUS.PLAY_FAILED],
  "too-many-streams": [STATUS.PUBLISH_DENIED, STATUS.PLAY_FAILED],
  "closed": [STATUS.UNPUBLISH_SUCCESS, STATUS.PLAY_UNPUBLISH_NOTIFY],
};

/** How a publisher is told. */
export function publishRefusal(error: unknown): Status {
  return error instanceof RegistryError ? STATUSES[error.code][0] : STATUS.PUBLISH_DENIED;
}

/** How a player is told. */
export function playRefusal(error: unknown): Status {
  return error instanceof RegistryError ? STATUSES[error.code][1] : STATUS.PLAY_FAILED;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

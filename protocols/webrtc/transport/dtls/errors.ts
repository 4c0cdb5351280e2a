/** Alerts that are sent or told apart here (RFC 5246 section 7.2). */
export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  internalError: 80,
} as const;

/** A handshake that cannot go on. */
export class DtlsError extends Error {
  override readonly name = "DtlsError";
  /** What the peer is told. */
  readonly alert: number;

  constructor(alert: number, message: string) {
    super(message);
    this.alert = alert;
  }
}

import type { SrtpProfile } from "../../srtp/keys.ts";
import { ByteReader, concat, uint, uint16s, vector } from "./bytes.ts";
import { ALERT, DtlsError } from "./errors.ts";
import {
  chooseProfile,
  curveParams,
  type FlightPart,
  type Handshake,
  HandshakeBasis,
  type HandshakeOptions,
  signedParams,
  type Step,
  unexpected,
} from "./handshake.ts";
import { certificateBody, HANDSHAKE, type HandshakeMessage } from "./handshake_messages.ts";
import {
  type ClientHello,
  P256,
  readClientHello,
  SIGNATURES,
  SUITE,
  writeServerHello,
} from "./hello.ts";
import { KeySchedule } from "./key_schedule.ts";
import { verifySignature, writeSignature } from "./signature.ts";

/** ecdsa_sign and rsa_sign. */
const CERTIFICATE_TYPES = Uint8Array.of(64, 1);

interface Agreed {
  readonly hello: ClientHello;
  readonly profile: SrtpProfile;
}

type State =
  | { readonly due: "ClientHello" }
  | { readonly due: "Certificate" | "ClientKeyExchange"; readonly agreed: Agreed }
  | {
    readonly due: "CertificateVerify" | "Finished";
    readonly agreed: Agreed;
    readonly keys: KeySchedule;
  }
  | { readonly due: "nothing" };

/**
 * The passive side (RFC 5246 section 7.3). It asks for no cookie: ICE has proved before that the peer
 * is where it says it is, so that a round trip is saved.
 */
export class ServerHandshake implements Handshake {
  readonly #basis: HandshakeBasis;
  #state: State = { due: "ClientHello" };

  constructor(options: HandshakeOptions) {
    this.#basis = new HandshakeBasis(options);
  }

  start(): readonly FlightPart[] {
    return [];
  }

  take(message: HandshakeMessage): Step {
    const state = this.#state;
    const { type, body } = message;
    if (state.due === "ClientHello" && type === HANDSHAKE.clientHello) {
      this.#basis.record(message);
      return { flight: this.#answer(readClientHello(body)) };
    }
    if (state.due === "Certificate" && type === HANDSHAKE.certificate) {
      this.#basis.acceptCertificate(certificateBody.read(body));
      this.#basis.record(message);
      this.#state = { due: "ClientKeyExchange", agreed: state.agreed };
      return {};
    }
    if (state.due === "ClientKeyExchange" && type === HANDSHAKE.clientKeyExchange) {
      this.#basis.record(message);
      return { keys: this.#deriveKeys(body, state.agreed) };
    }
    if (state.due === "CertificateVerify" && type === HANDSHAKE.certificateVerify) {
      this.#verify(body);
      this.#basis.record(message);
      this.#state = { ...state, due: "Finished" };
      return {};
    }
    if (state.due === "Finished" && type === HANDSHAKE.finished) {
      return this.#finish(message, state.keys, state.agreed.profile);
    }
    throw unexpected(message, state.due);
  }

  #answer(hello: ClientHello): readonly FlightPart[] {
    if (!hello.suites.includes(SUITE.ecdsa) || !hello.groups.includes(P256)) {
      const reason = "the peer does not have ECDHE-ECDSA with AES-128-GCM over P-256";
      throw new DtlsError(ALERT.handshakeFailure, reason);
    }
    const profile = chooseProfile(hello.srtpProfiles);
    this.#state = { due: "Certificate", agreed: { hello, profile } };
    const { random, identity, ephemeralKey } = this.#basis;
    const params = curveParams(P256, ephemeralKey);
    const signature = writeSignature(
      identity.privateKey,
      signedParams(hello.random, random, params),
    );
    return [
      this.#basis.plain(HANDSHAKE.serverHello, writeServerHello(random, profile, hello)),
      this.#basis.plain(HANDSHAKE.certificate, certificateBody.write(identity.certificate)),
      this.#basis.plain(HANDSHAKE.serverKeyExchange, concat(params, signature)),
      this.#basis.plain(
        HANDSHAKE.certificateRequest,
        concat(vector(CERTIFICATE_TYPES, 1), vector(uint16s(SIGNATURES), 2), uint(0, 2)),
      ),
      this.#basis.plain(HANDSHAKE.serverHelloDone, new Uint8Array(0)),
    ];
  }

  #deriveKeys(body: Uint8Array, agreed: Agreed): KeySchedule {
    const { hello } = agreed;
    const premaster = this.#basis.premaster(new ByteReader(body).vector(1));
    const session = hello.hasExtendedMasterSecret ? this.#basis.transcript() : undefined;
    const randoms = { client: hello.random, server: this.#basis.random };
    const keys = new KeySchedule(premaster, randoms, session);
    this.#state = { due: "CertificateVerify", agreed, keys };
    return keys;
  }

  /** @throws {DtlsError} the peer does not have the key of its certificate. */
  #verify(body: Uint8Array): void {
    const signed = this.#basis.transcript();
    if (verifySignature(new ByteReader(body), signed, this.#basis.peerKey)) return;
    throw new DtlsError(ALERT.decryptError, "the peer does not have the key of its certificate");
  }

  #finish(message: HandshakeMessage, keys: KeySchedule, profile: SrtpProfile): Step {
    this.#basis.checkFinished("client", keys, message.body);
    this.#basis.record(message);
    this.#state = { due: "nothing" };
    return { flight: this.#basis.finish("server", keys), profile };
  }
}

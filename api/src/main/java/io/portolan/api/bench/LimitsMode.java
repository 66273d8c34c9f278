package io.portolan.api.bench;

/** Which limits of the machine a bench measures beside its campaign. */
enum LimitsMode {
  /** None. */
  NONE,
  /** Those that need no root: {@code smtp-source} into the same sink, and OpenSSL's signatures. */
  USUAL,
  /** Those, and a Postfix queue into the same sink, for which the bench has to run as root. */
  ALL
}

package io.portolan.sender.watch;

import io.portolan.sender.probe.ProbeResult;

/**
 * One look of a round, as it is stored.
 *
 * @param outcome open, refused or failed
 * @param kind of the failure; empty otherwise
 * @param detail for people
 */
record LookRecord(
    String operator,
    String host,
    int port,
    String family,
    String address,
    String outcome,
    String kind,
    String detail,
    long millis) {

  /** What a peer says may hold what no table takes. */
  static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}|\\p{Cs}", " ");
  }

  static LookRecord of(ProbeResult result) {
    return switch (result.finding()) {
      case ProbeResult.Ready _ -> of(result, "open", "", "");
      case ProbeResult.Answered(var _, var reply) -> of(result, "refused", "", reply.line());
      case ProbeResult.Failed(var _, var kind, String detail) ->
          of(result, "failed", kind.id(), detail);
    };
  }

  private static LookRecord of(ProbeResult result, String outcome, String kind, String detail) {
    return new LookRecord(
        result.target().operator(),
        result.target().host(),
        result.target().port(),
        result.family().label(),
        result.address(),
        outcome,
        kind,
        clean(detail),
        result.took().toMillis());
  }
}

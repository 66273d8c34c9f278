package io.portolan.api.ports;

import io.portolan.core.path.PathTransition;
import java.time.Instant;

/**
 * A change of a path's state.
 *
 * @param family {@code ipv4} or {@code ipv6} where it is of that family alone, else empty
 * @param cause who found out: mail, look or verdict
 * @param host that was dialled; empty when none was
 * @param evidence what it rests on; empty where a path opened
 */
public record TransitionRow(
    long id,
    Instant at,
    String route,
    int port,
    String tls,
    String source,
    String target,
    String family,
    String from,
    String to,
    String cause,
    String host,
    String evidence,
    String node) {

  public static TransitionRow of(PathTransition transition) {
    return new TransitionRow(
        transition.id(),
        transition.at(),
        transition.key().path().route(),
        transition.key().path().port(),
        transition.key().path().tls().id(),
        transition.key().path().source(),
        transition.key().target(),
        transition.key().family().id(),
        transition.from().id(),
        transition.to().id(),
        transition.cause().id(),
        transition.host(),
        transition.evidence(),
        transition.node());
  }
}

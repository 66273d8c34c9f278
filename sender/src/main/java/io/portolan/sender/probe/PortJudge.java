package io.portolan.sender.probe;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerCertificate;
import io.portolan.sender.smtp.PeerEvidence;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells what is the matter with a port from a round of looks: the same port at independent
 * operators, other ports at the same host, and a port that nobody blocks.
 *
 * <p>An answer of a genuine peer, whatever it says, proves the port open. One host proves nothing
 * about a port: at least {@value #ENOUGH} operators must agree. Holds no state.
 */
final class PortJudge {
  private static final int ENOUGH = 2;
  private static final int SMTP = 25;

  /** Somebody accepted the connection, and it is not a mail host. */
  private static final Set<FailureKind> NOT_A_MAIL_HOST =
      EnumSet.of(
          FailureKind.NOT_SMTP,
          FailureKind.CLOSED_BEFORE_BANNER,
          FailureKind.NO_BANNER,
          FailureKind.PROTOCOL);

  private static final Set<FailureKind> NO_TLS =
      EnumSet.of(FailureKind.TLS_NOT_OFFERED, FailureKind.MASKED, FailureKind.TLS_REFUSED);

  private PortJudge() {}

  /** The verdict on a port, by the controls. */
  static PortVerdict ofPort(int port, Round round) {
    PortVerdict byIpv4 = byControls(port, AddressFamily.IPV4, round);
    PortVerdict byIpv6 = byControls(port, AddressFamily.IPV6, round);
    if (byIpv4 == PortVerdict.OPEN) {
      // ICMPv6 "prohibited" comes as EACCES, which this host's own rules would give as well
      return byIpv6 == PortVerdict.PORT_BLOCKED || byIpv6 == PortVerdict.LOCAL_POLICY
          ? PortVerdict.IPV6_ONLY
          : byIpv4;
    }
    return isByIpv6(port, round) ? byIpv6 : byIpv4;
  }

  /**
   * Whether IPv6 alone decides on a port: this host has no IPv4, or the port's controls have none.
   */
  static boolean isByIpv6(int port, Round round) {
    boolean hasNoIpv4 =
        round.controls(port, AddressFamily.IPV4).stream()
            .allMatch(each -> each.failedAs(FailureKind.DNS));
    return (hasNoIpv4 || !round.isEgressUp(AddressFamily.IPV4))
        && round.isEgressUp(AddressFamily.IPV6)
        && !round.controls(port, AddressFamily.IPV6).isEmpty();
  }

  /**
   * The verdict on a port of the host asked about.
   *
   * @param isOffered whether the host's service is known to offer the port, or nothing is known
   */
  static PortVerdict ofHost(int port, boolean isOffered, Round round) {
    List<ProbeResult> here = round.wanted().stream().filter(each -> isAt(each, port)).toList();
    PortVerdict whole = ofPort(port, round);
    if (here.stream().anyMatch(ProbeResult::passes)) {
      // whoever answers there in the place of all others answers in the place of this host, too
      return whole == PortVerdict.INTERCEPTED && here.stream().noneMatch(PortJudge::isProven)
          ? whole
          : PortVerdict.OPEN;
    }
    if (here.stream().anyMatch(result -> result.failedAs(FailureKind.LOCAL_POLICY))) {
      return PortVerdict.LOCAL_POLICY;
    }
    if (here.stream().allMatch(PortJudge::isNoEvidence)) {
      return PortVerdict.INCONCLUSIVE;
    }
    boolean isStopped =
        here.stream().filter(each -> !isNoEvidence(each)).allMatch(ProbeResult::isStopped);
    return switch (whole) {
      case PORT_BLOCKED, EGRESS_DOWN, INTERCEPTED, TLS_STRIPPED, LOCAL_POLICY -> whole;
      case OPEN,
          RATE_LIMITED_EGRESS,
          IPV6_ONLY,
          INCONCLUSIVE,
          NO_LISTENER,
          TARGET_DOWN,
          TARGET_FAULT ->
          isStopped ? stopped(port, isOffered, whole, round) : PortVerdict.TARGET_FAULT;
    };
  }

  private static PortVerdict stopped(int port, boolean isOffered, PortVerdict whole, Round round) {
    if (!isOffered) {
      return PortVerdict.NO_LISTENER;
    }
    if (whole == PortVerdict.INCONCLUSIVE) {
      return PortVerdict.INCONCLUSIVE;
    }
    List<ProbeResult> elsewhere =
        round.wanted().stream().filter(each -> !isAt(each, port) && !isNoEvidence(each)).toList();
    if (elsewhere.stream().anyMatch(each -> !each.isStopped())) {
      return PortVerdict.NO_LISTENER;
    }
    return elsewhere.isEmpty() ? PortVerdict.INCONCLUSIVE : PortVerdict.TARGET_DOWN;
  }

  private static PortVerdict byControls(int port, AddressFamily family, Round round) {
    List<ProbeResult> seen =
        round.controls(port, family).stream().filter(each -> !isNoEvidence(each)).toList();
    if (seen.stream().anyMatch(each -> each.failedAs(FailureKind.LOCAL_POLICY))) {
      return PortVerdict.LOCAL_POLICY;
    }
    if (operators(seen) < ENOUGH) {
      return PortVerdict.INCONCLUSIVE;
    }
    if (isIntercepted(seen)) {
      return PortVerdict.INTERCEPTED;
    }
    if (seen.stream().allMatch(each -> lacksTls(each))) {
      return PortVerdict.TLS_STRIPPED;
    }
    long passing = seen.stream().filter(ProbeResult::passes).count();
    if (passing == 0) {
      return round.isEgressUp(family) ? PortVerdict.PORT_BLOCKED : PortVerdict.EGRESS_DOWN;
    }
    return passing * 2 >= seen.size() ? PortVerdict.OPEN : PortVerdict.INCONCLUSIVE;
  }

  /** One name or certificate in the place of several operators, or no mail host at any. */
  private static boolean isIntercepted(Collection<ProbeResult> seen) {
    if (seen.stream().allMatch(each -> each.kind().filter(NOT_A_MAIL_HOST::contains).isPresent())) {
      return true;
    }
    return isShared(seen, PortJudge::greeting)
        || isShared(seen, each -> each.evidence().certificate().map(PeerCertificate::sha256))
        || seen.stream().allMatch(each -> each.failedAs(FailureKind.TLS_UNTRUSTED));
  }

  /** The name by which a peer greets, or all of a 220 that has none. */
  private static Optional<String> greeting(ProbeResult result) {
    if (isProven(result)) {
      return Optional.empty();
    }
    PeerEvidence evidence = result.evidence();
    // what a firewall masks looks alike at all hosts
    boolean isOwn = isWelcome(result) && !evidence.masked() && !evidence.banner().isBlank();
    return evidence
        .greetingName()
        .or(() -> isOwn ? Optional.of(evidence.banner()) : Optional.empty());
  }

  /** Whether the greeting was a 220: the dialogue went on behind it. */
  private static boolean isWelcome(ProbeResult result) {
    return switch (result.finding()) {
      case ProbeResult.Ready _ -> true;
      case ProbeResult.Answered answered -> answered.phase() != Phase.BANNER;
      case ProbeResult.Failed failed -> failed.phase() != Phase.BANNER;
    };
  }

  /** Whether a certificate for the host's own name was verified, as on every port but 25. */
  private static boolean isProven(ProbeResult result) {
    ProbeTarget target = result.target();
    return result.finding() instanceof ProbeResult.Ready
        && target.port() != SMTP
        && (target.tls() == TlsMode.STARTTLS || target.tls() == TlsMode.IMPLICIT);
  }

  private static boolean isShared(
      Collection<ProbeResult> seen, Function<ProbeResult, Optional<String>> mark) {
    Map<String, Set<String>> operators = new HashMap<>();
    for (ProbeResult result : seen) {
      mark.apply(result)
          .ifPresent(
              text ->
                  operators
                      .computeIfAbsent(text, _ -> new HashSet<>())
                      .add(result.target().operator()));
    }
    return operators.values().stream().anyMatch(sharing -> sharing.size() >= ENOUGH);
  }

  private static boolean lacksTls(ProbeResult result) {
    return result.kind().filter(NO_TLS::contains).isPresent() || result.evidence().masked();
  }

  /** Whether it says nothing about the way: the name has no address, or this host was at fault. */
  private static boolean isNoEvidence(ProbeResult result) {
    return result.failedAs(FailureKind.DNS) || result.failedAs(FailureKind.LOCAL_FAULT);
  }

  private static boolean isAt(ProbeResult result, int port) {
    return result.target().port() == port;
  }

  private static int operators(Collection<ProbeResult> results) {
    return results.stream()
        .map(result -> result.target().operator())
        .collect(Collectors.toSet())
        .size();
  }
}

package io.portolan.sender.smtp;

import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a peer showed of itself while a session was opened, to be compared over peers and time: one
 * name or certificate at many targets is an interception.
 *
 * @param banner the text of the first reply, whatever its code; empty when none came
 * @param extensions the EHLO lines in force, without codes; empty after HELO
 * @param masked whether a firewall seems to rewrite the dialogue
 * @param tlsVersion such as TLSv1.3; empty in clear
 * @param certificate the peer's own, also when it was not trusted; empty in clear
 * @param tlsFailure why an opportunistic session is in clear although STARTTLS was offered
 * @param times what each phase took that was entered
 */
public record PeerEvidence(
    String banner,
    List<String> extensions,
    boolean masked,
    Optional<String> tlsVersion,
    Optional<PeerCertificate> certificate,
    Optional<String> tlsFailure,
    Map<Phase, Duration> times) {
  private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,}");
  private static final int SHORT_LABEL = 3;

  /** Of a peer that has shown nothing. */
  public static final PeerEvidence NONE =
      new PeerEvidence(
          "", List.of(), false, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

  public PeerEvidence {
    extensions = List.copyOf(extensions);
    times = Map.copyOf(times);
  }

  /**
   * The name by which the peer greets: the first word, if it is a name (RFC 5321 section 4.2).
   * Whatever else it says may name others, as a refusal does the blocklist that it follows.
   */
  public Optional<String> greetingName() {
    Matcher name = HOST.matcher(banner);
    return name.lookingAt() ? Optional.of(name.group().toLowerCase(Locale.ROOT)) : Optional.empty();
  }

  /**
   * The name by which the peer greets when it is of another domain than the host dialled. No proof
   * by itself, since services greet by names of their makers: one such name at many hosts is.
   */
  public Optional<String> foreignName(String host) {
    return greetingName().filter(name -> !domain(name).equals(domain(host)));
  }

  /** The last two labels of a name, or three where the second to last is short, as in co.uk. */
  private static String domain(String host) {
    String[] labels = host.toLowerCase(Locale.ROOT).split("\\.");
    int count = labels.length;
    boolean isShort = count > 2 && labels[count - 2].length() <= SHORT_LABEL;
    return String.join(".", List.of(labels).subList(Math.max(0, count - (isShort ? 3 : 2)), count));
  }

  /** The same with what the phases took. */
  PeerEvidence with(Map<Phase, Duration> phases) {
    return new PeerEvidence(
        banner, extensions, masked, tlsVersion, certificate, tlsFailure, phases);
  }

  /** The same of a session that is in clear because TLS failed before. */
  PeerEvidence withTlsFailure(String failure) {
    return new PeerEvidence(
        banner, extensions, masked, tlsVersion, certificate, Optional.of(failure), times);
  }
}

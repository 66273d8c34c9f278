package io.portolan.api.profile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a thread of ours is at, told by the classes on its stack. The innermost class that belongs
 * to some work decides, so that a socket read on behalf of PostgreSQL's driver is the database's
 * and one on behalf of a session the exchange's. Classes that serve all, such as those of addresses
 * and of JSON, belong to whoever calls them.
 */
public enum Work {
  /** Merging a template and writing the message. */
  RENDER("io.portolan.sender.message.", "io.portolan.sender.template.", "com.github.jknack."),
  /** DKIM, within the writing of a message: it goes before {@link #RENDER} wherever it stands. */
  SIGN("io.portolan.sender.dkim."),
  /** Sessions and the SMTP on them. */
  EXCHANGE(
      "io.portolan.sender.exchange.",
      "io.portolan.sender.smtp.",
      "io.portolan.sender.wire.",
      "org.eclipse.angus.",
      "jakarta.mail."),
  /** Our side of claiming, planning and recording: the driver, the pool, Quartz and our stores. */
  DATABASE(
      "org.postgresql.",
      "com.zaxxer.hikari.",
      "org.quartz.",
      "io.portolan.scheduler.",
      "io.portolan.metrics.",
      "io.portolan.core.batch.",
      "io.portolan.core.campaign.",
      "io.portolan.core.database.",
      "io.portolan.core.delivery.",
      "io.portolan.core.guard.",
      "io.portolan.core.progress.",
      "io.portolan.core.recorder."),
  /** Taking deliveries to paths at their pace, and judging what peers answered. */
  LANES(
      "io.portolan.sender.lane.",
      "io.portolan.sender.path.",
      "io.portolan.sender.pace.",
      "io.portolan.sender.hold.",
      "io.portolan.sender.dns."),
  /** All else, such as the scheduling of virtual threads, and the bench itself. */
  REST;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that never change
  private final List<String> prefixes;

  Work(String... prefixes) {
    this.prefixes = List.of(prefixes);
  }

  /**
   * The work of a stack.
   *
   * @param classes names of the classes on it, the innermost first
   */
  public static Work of(List<String> classes) {
    Optional<Work> innermost =
        classes.stream().map(Work::ofClass).flatMap(Optional::stream).findFirst();
    if (innermost.filter(RENDER::equals).isPresent() && classes.stream().anyMatch(SIGN::has)) {
      return SIGN;
    }
    return innermost.orElse(REST);
  }

  private static Optional<Work> ofClass(String name) {
    return SIGN.has(name)
        ? Optional.of(SIGN)
        : Arrays.stream(values()).filter(work -> work.has(name)).findFirst();
  }

  private boolean has(String name) {
    return prefixes.stream().anyMatch(name::startsWith);
  }
}
